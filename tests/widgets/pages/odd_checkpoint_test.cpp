// SPDX-License-Identifier: Apache-2.0
// A checkpoint with everything that is not a plain tensor, and one whose every text is hostile, on all pages.
#include <gtest/gtest.h>

#include <QAbstractItemView>
#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QTabWidget>
#include <QTest>
#include <QTreeView>

#include "tests/widgets/find_named.h"
#include "tests/widgets/odd_checkpoint.h"
#include "tests/widgets/window_fixture.h"
#include "widgets/checkpoint/reason_view.h"
#include "widgets/models/table_view.h"
#include "widgets/models/tensor_tree_model.h"
#include "widgets/pages/page.h"

namespace ulpscope {
namespace {

class OddCheckpoint : public WindowTest {
 protected:
  void open(const std::shared_ptr<const Checkpoint>& checkpoint) {
    m_window.resize(1440, 900);
    m_window.show();
    m_session->selectCheckpoint(checkpoint);
    ASSERT_TRUE(m_window.showPage(QStringLiteral("checkpoint")));
    settle(*m_session);
  }
  void choose(std::size_t tensor) {
    m_session->selectTensor(tensor);
    settle(*m_session);
  }
  QTreeView& tree() { return *m_window.currentPage()->findChild<QTreeView*>(QStringLiteral("tensors")); }
  const TensorTreeModel& model() { return static_cast<const TensorTreeModel&>(*tree().model()); }
  ReasonView& reason() { return *m_window.currentPage()->findChild<ReasonView*>(); }
  QString text(const char* label) { return reason().findChild<QLabel*>(QLatin1String(label))->text(); }

  /// What the table of that name says of `fact`.
  QStringList facts(const char* table, const QString& fact) {
    QStringList found;
    const auto* view = findNamed<TableView>(*m_window.currentPage(), table);
    for (int row = 0; row < view->model()->rowCount(); ++row)
      if (view->model()->index(row, 0).data().toString() == fact)
        found << view->model()->index(row, 1).data().toString();
    return found;
  }
};

TEST_F(OddCheckpoint, SaysWhyATensorCannotBeReadInPlaceOfItsViews) {
  open(oddCheckpoint());
  EXPECT_FALSE(reason().isVisible());
  choose(4);
  ASSERT_TRUE(reason().isVisible());
  EXPECT_EQ(text("reason"), QStringLiteral("It is of the type model, which is not known."));
  EXPECT_EQ(facts("What is known", QStringLiteral("shape")), QStringList{QStringLiteral("4")});
  choose(2);
  EXPECT_FALSE(reason().isVisible());
}

TEST_F(OddCheckpoint, SaysWhatAnObjectIsAndThatItWasNotRun) {
  open(oddCheckpoint());
  const auto before = m_session->selection();
  tree().setCurrentIndex(model().index(1, 0, model().objectsGroup()));
  ASSERT_TRUE(reason().isVisible());
  EXPECT_EQ(text("reason"), QStringLiteral("It calls model"));
  EXPECT_EQ(m_session->selection(), before) << "no tensor was chosen";
  tree().setCurrentIndex(model().indexOf(*before.tensor));
  EXPECT_FALSE(reason().isVisible());
}

TEST_F(OddCheckpoint, ShowsAPackedWeightByItsDecodedValuesAndNamesItsParts) {
  open(oddCheckpoint());
  choose(5);
  EXPECT_FALSE(reason().isVisible());
  auto* tabs = m_window.currentPage()->findChild<QTabWidget*>();
  tabs->setCurrentIndex(tabs->count() - 1);
  settle(*m_session);
  const auto fact = [&](const char* name) { return facts("Statistics of the tensor", QLatin1String(name)); };
  EXPECT_EQ(fact("type"), QStringList{QStringLiteral("GPTQ 4-bit")});
  EXPECT_EQ(fact("packing"), QStringList{QStringLiteral("GPTQ v1, 4 bits: model")});
  EXPECT_EQ(fact("decoded to"), QStringList{QStringLiteral("FP32")});
  EXPECT_EQ(fact("part"),
            (QStringList{QStringLiteral("model.layers.0.q.qweight"), QStringLiteral("model.layers.0.q.scales")}));
  EXPECT_EQ(fact("maximum"), QStringList{QStringLiteral("4.75")});
  const auto* remark = m_window.currentPage()->findChild<QLabel*>(QStringLiteral("remark"));
  EXPECT_EQ(remark->text(), QStringLiteral("Its act-order is that of model."));
  for (const auto* button : m_window.currentPage()->findChildren<QPushButton*>()) {
    if (!button->text().startsWith(QStringLiteral("Export as stored"))) continue;
    EXPECT_FALSE(button->isEnabled());
    EXPECT_TRUE(button->toolTip().contains(QStringLiteral("qweight"))) << button->toolTip().toStdString();
  }
  choose(3);
  EXPECT_EQ(fact("same bytes as"), QStringList{QStringLiteral("model.embed.weight")});
  choose(0);
  EXPECT_EQ(fact("part of"), QStringList{QStringLiteral("model.layers.0.q.weight")});
}

TEST_F(OddCheckpoint, SaysSoWhereThereIsNoTensorAtAll) {
  auto empty = std::make_shared<Checkpoint>(*oddCheckpoint());
  empty->tensors.clear();
  open(empty);
  ASSERT_TRUE(reason().isVisible());
  EXPECT_EQ(text("reason"), QStringLiteral("There is no tensor in it."));
}

TEST_F(OddCheckpoint, KeepsAFailureToReadToTheTensorThatFails) {
  auto broken = std::make_shared<Checkpoint>(*oddCheckpoint());
  broken->tensors[5].storage =
      derivedSource({.name = "broken",
                     .size = 128,
                     .unitBytes = 4,
                     .make = [](std::uint64_t, std::span<std::byte>) -> Result<> {
                       return fail(Errc::Corrupt, "a group that is there expected, 7 found", "model");
                     },
                     .from = {}});
  open(broken);
  EXPECT_TRUE(model().summaryAt(model().indexOf(2))) << "the others were read";
  choose(5);
  ASSERT_TRUE(reason().isVisible());
  EXPECT_EQ(text("reason"), QStringLiteral("a group that is there expected, 7 found"));
  choose(2);
  EXPECT_FALSE(reason().isVisible());
}

/// Whether `text` would be shown otherwise than letter by letter by something that takes rich text.
bool isMarkup(const QString& text) { return text.contains(QStringLiteral("<img")) || text.contains(u'\x1B'); }

void expectPlainCells(const QAbstractItemModel& model, const QModelIndex& parent = {}) {
  for (int row = 0; row < std::min(40, model.rowCount(parent)); ++row) {
    for (int column = 0; column < std::min(40, model.columnCount(parent)); ++column) {
      const QModelIndex index = model.index(row, column, parent);
      EXPECT_FALSE(isMarkup(index.data(Qt::ToolTipRole).toString()))
          << index.data(Qt::ToolTipRole).toString().toStdString();
      EXPECT_FALSE(index.data().toString().contains(QChar(0x202E)));
    }
    expectPlainCells(model, model.index(row, 0, parent));
  }
}

void expectPlainText(const QWidget& window) {
  EXPECT_FALSE(window.windowTitle().contains(QChar(0x202E)));
  for (const auto* widget : window.findChildren<QWidget*>()) {
    EXPECT_FALSE(isMarkup(widget->toolTip())) << widget->metaObject()->className() << widget->toolTip().toStdString();
    if (const auto* label = qobject_cast<const QLabel*>(widget); label && label->text().contains(u'<')) {
      EXPECT_EQ(label->textFormat(), Qt::PlainText) << label->text().toStdString();
    }
    if (const auto* view = qobject_cast<const QAbstractItemView*>(widget); view && view->model())
      expectPlainCells(*view->model());
  }
}

TEST_F(OddCheckpoint, ShowsHostileNamesLetterByLetterOnEveryPage) {
  open(oddCheckpoint(kHostile));
  m_session->report(Report{.sentence = QString::fromStdString(kHostile), .details = QString::fromStdString(kHostile)});
  for (const std::size_t tensor : {5u, 4u, 3u, 0u}) {
    choose(tensor);
    for (const PageEntry* page : pageRegistry()) {
      m_window.showPage(QLatin1String(page->id));
      settle(*m_session);
      expectPlainText(m_window);
      m_window.grab();
    }
    m_window.showPage(QStringLiteral("checkpoint"));
  }
  tree().setCurrentIndex(model().index(1, 0, model().objectsGroup()));
  expectPlainText(m_window);
  auto* tabs = m_window.currentPage()->findChild<QTabWidget*>();
  choose(5);
  for (int tab = 0; tab < tabs->count(); ++tab) {
    tabs->setCurrentIndex(tab);
    settle(*m_session);
    expectPlainText(m_window);
  }
}

TEST_F(OddCheckpoint, HasRoomForAllOfThemInTheSmallestWindow) {
  open(oddCheckpoint());
  m_window.resize(1000, 650);
  for (const std::size_t tensor : {5u, 4u}) {
    choose(tensor);
    EXPECT_EQ(m_window.size(), QSize(1000, 650)) << "the page asks for more room than the smallest window has";
  }
}

}  // namespace
}  // namespace ulpscope
