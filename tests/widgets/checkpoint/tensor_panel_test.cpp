// SPDX-License-Identifier: Apache-2.0
#include "widgets/checkpoint/tensor_panel.h"

#include <gtest/gtest.h>

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTest>
#include <QTreeView>

#include "tests/widgets/odd_checkpoint.h"
#include "widgets/checkpoint/tensor_columns.h"
#include "widgets/frame/link_button.h"
#include "widgets/models/tensor_tree_model.h"

namespace ulpscope {
namespace {

class TensorPanelTest : public testing::Test {
 protected:
  void SetUp() override {
    m_panel.resize(520, 600);
    m_panel.show();
    m_panel.setIndex(indexed(oddCheckpoint()));
  }
  QLabel& remark() { return *m_panel.findChild<QLabel*>(QStringLiteral("securityRemark")); }

  TensorTreeModel m_model;
  TensorPanel m_panel{m_model};
};

TEST_F(TensorPanelTest, SaysThatNothingOfASuspiciousFileWasRunAndLeadsToWhatIsSuspicious) {
  ASSERT_TRUE(remark().isVisible());
  EXPECT_TRUE(remark().text().contains(QStringLiteral("Nothing in it was run."))) << remark().text().toStdString();
  EXPECT_EQ(remark().textFormat(), Qt::PlainText);
  QSignalSpy chosen(&m_panel, &TensorPanel::objectChosen);
  const auto links = m_panel.findChildren<LinkButton*>();
  const auto show = std::ranges::find(links, QStringLiteral("show"), &LinkButton::text);
  ASSERT_NE(show, links.end());
  Q_EMIT(*show)->clicked();
  ASSERT_EQ(chosen.size(), 1);
  EXPECT_EQ(chosen[0][0].value<std::size_t>(), 1u);
}

TEST_F(TensorPanelTest, SaysNothingOfThatWhereNothingIsSuspicious) {
  auto calm = std::make_shared<Checkpoint>(*oddCheckpoint());
  calm->objects.pop_back();
  m_panel.setIndex(indexed(calm));
  EXPECT_FALSE(remark().isVisible());
  m_panel.setIndex(nullptr);
  EXPECT_FALSE(remark().isVisible());
}

TEST_F(TensorPanelTest, PaintsAnewWhenManyTensorsHaveBeenRead) {
  QTest::qWait(50);
  struct Painted : QObject {
    bool eventFilter(QObject*, QEvent* event) override {
      count += event->type() == QEvent::Paint;
      return false;
    }
    int count = 0;
  } painted;
  m_panel.tree()->viewport()->installEventFilter(&painted);
  m_model.setSummaries({{0, TensorSummary()}});
  EXPECT_TRUE(QTest::qWaitFor([&] { return painted.count > 0; }, 5000));
}

TEST_F(TensorPanelTest, OpensTheWeightOfAPartThatIsShown) {
  m_panel.showTensor(1);
  const QModelIndex current = m_panel.tree()->currentIndex();
  EXPECT_EQ(m_model.tensorAt(current), 1u);
  EXPECT_TRUE(m_panel.tree()->isExpanded(current.parent()));
  EXPECT_EQ(m_model.tensorAt(current.parent()), 5u);
}

TEST_F(TensorPanelTest, OpensTheWeightsWhosePartsTheFilterFinds) {
  QTest::keyClicks(m_panel.filterField(), QStringLiteral("scales"));
  EXPECT_TRUE(m_panel.tree()->isExpanded(m_model.indexOf(5)));
  QTest::keyClicks(m_panel.filterField(), QStringLiteral(" nothing"));
  EXPECT_EQ(m_model.shownTensors(), 0u);
  m_panel.filterField()->setText(QStringLiteral("gptq"));
  EXPECT_EQ(m_model.shownTensors(), 1u);
  EXPECT_FALSE(m_panel.tree()->isExpanded(m_model.indexOf(5)));
}

TEST_F(TensorPanelTest, ComesBackToATensorFromWhatIsNone) {
  m_panel.showTensor(2);
  QSignalSpy objects(&m_panel, &TensorPanel::objectChosen);
  QSignalSpy tensors(&m_panel, &TensorPanel::tensorChosen);
  m_panel.tree()->setCurrentIndex(m_model.index(0, 0, m_model.objectsGroup()));
  EXPECT_EQ(objects.size(), 1);
  m_panel.tree()->setCurrentIndex(m_model.indexOf(2));
  EXPECT_EQ(tensors.size(), 1);
}

TEST_F(TensorPanelTest, DrawsEveryKindOfRow) {
  m_panel.tree()->expandAll();
  EXPECT_FALSE(m_panel.grab().isNull());
}

TEST_F(TensorPanelTest, SaysWhatIsWrongWithAFilterAndKeepsTheList) {
  auto& complaint = *m_panel.findChild<QLabel*>(QStringLiteral("filterComplaint"));
  const std::size_t before = m_model.shownTensors();
  m_panel.filterField()->setText(QStringLiteral("flag:nun"));
  EXPECT_TRUE(complaint.isVisible());
  EXPECT_TRUE(complaint.text().contains(QStringLiteral("\"nun\" found"))) << complaint.text().toStdString();
  EXPECT_EQ(m_model.shownTensors(), before);
  m_panel.filterField()->setText(QStringLiteral("flag:packed"));
  EXPECT_FALSE(complaint.isVisible());
  EXPECT_EQ(m_model.shownTensors(), 1u);
}

TEST_F(TensorPanelTest, RanksByAClickOnATitleAndComesBackToModules) {
  m_panel.showTensor(2);
  QHeaderView& header = *m_panel.tree()->header();
  const auto click = [&] {
    const QPoint middle(header.sectionViewportPosition(TensorTreeModel::Shape) + 20, header.height() / 2);
    QTest::mouseClick(header.viewport(), Qt::LeftButton, {}, middle);
  };
  click();
  EXPECT_TRUE(m_model.isRanked());
  EXPECT_TRUE(m_panel.tree()->rootIndex().isValid());
  EXPECT_EQ(m_model.tensorAt(m_panel.tree()->currentIndex()), 2u);
  click();
  click();
  EXPECT_FALSE(m_model.isRanked());
  EXPECT_FALSE(m_panel.tree()->rootIndex().isValid());
  EXPECT_EQ(m_model.tensorAt(m_panel.tree()->currentIndex()), 2u);
}

TEST_F(TensorPanelTest, ShowsTheColumnsThatAreChosen) {
  QTreeView& tree = *m_panel.tree();
  EXPECT_TRUE(tree.isColumnHidden(TensorTreeModel::Kurtosis));
  auto& columns = *tree.findChild<TensorColumns*>();
  columns.choose(TensorTreeModel::Kurtosis, true);
  columns.choose(TensorTreeModel::Type, false);
  EXPECT_FALSE(tree.isColumnHidden(TensorTreeModel::Kurtosis));
  EXPECT_TRUE(tree.isColumnHidden(TensorTreeModel::Type));
  EXPECT_GE(tree.columnWidth(TensorTreeModel::Name), 200);
  TensorTreeModel model;
  const TensorPanel again(model);
  EXPECT_FALSE(again.tree()->isColumnHidden(TensorTreeModel::Kurtosis)) << "it is kept between runs";
  columns.choose(TensorTreeModel::Kurtosis, false);
  columns.choose(TensorTreeModel::Type, true);
}

TEST_F(TensorPanelTest, CopiesTheListByKey) {
  m_panel.tree()->setFocus();
  QTest::keyClick(m_panel.tree(), Qt::Key_C, Qt::ControlModifier);
  const QStringList lines = QGuiApplication::clipboard()->text().split(u'\n', Qt::SkipEmptyParts);
  EXPECT_EQ(lines.size(), static_cast<qsizetype>(m_model.shownTensors()) + 1);
  EXPECT_TRUE(lines[0].startsWith(QStringLiteral("tensor\ttype\tshape")));
}

TEST_F(TensorPanelTest, LeadsToAModule) {
  QSignalSpy groups(&m_panel, &TensorPanel::groupChosen);
  m_panel.tree()->setCurrentIndex(m_model.index(0, 0));
  ASSERT_EQ(groups.size(), 1);
  EXPECT_EQ(groups[0][1].value<std::vector<std::size_t>>().size(), std::size_t(m_model.rowCount(m_model.index(0, 0))));
}

}  // namespace
}  // namespace ulpscope
