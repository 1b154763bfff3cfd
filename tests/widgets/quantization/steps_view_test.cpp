// SPDX-License-Identifier: Apache-2.0
#include "widgets/quantization/steps_view.h"

#include <gmock/gmock.h>

#include <QAbstractButton>
#include <QAction>
#include <QClipboard>
#include <QComboBox>
#include <QFile>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>

#include "core/report/npy.h"
#include "tests/widgets/find_named.h"
#include "tests/widgets/window_fixture.h"
#include "widgets/frame/labels.h"
#include "widgets/pages/page.h"
#include "widgets/plots/export_panel.h"
#include "widgets/quantization/board_canvas.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

class StepsViewTest : public WindowTest {
 protected:
  StepsViewTest() {
    m_window.resize(1000, 650);
    m_window.show();
    EXPECT_TRUE(m_window.showPage(QStringLiteral("quantization")));
  }
  void open() {
    m_window.currentPage()->findChild<QAction*>(QStringLiteral("steps"))->trigger();
    QTest::qWait(20);
  }
  StepsView& view() { return *m_window.currentPage()->findChild<StepsView*>(); }
  QListWidget& steps() { return *findNamed<QListWidget>(view(), "Steps"); }
  void choose(const char* box, const QString& id) {
    auto* combo = findNamed<QComboBox>(view(), box);
    ASSERT_GE(combo->findData(id), 0) << id.toStdString();
    combo->setCurrentIndex(combo->findData(id));
  }
  void paste(const char* field, const QString& text) { findNamed<QPlainTextEdit>(view(), field)->setPlainText(text); }
  std::vector<QString> codes() {
    std::vector<QString> codes;
    for (const BoardStep& step : view().board().steps)
      for (const BoardGrid& grid : step.grids)
        if (grid.title == "codes")
          for (const BoardCell& cell : grid.cells) codes.push_back(QString::fromStdString(cell.text));
    return codes;
  }
};

TEST_F(StepsViewTest, IsReachedWithoutACheckpointAndLeftByEscape) {
  const auto buttons = m_window.currentPage()->findChildren<QAbstractButton*>();
  const auto found =
      std::ranges::find(buttons, QStringLiteral("step by step, on worked examples"), &QAbstractButton::text);
  ASSERT_NE(found, buttons.end());
  auto* link = *found;
  link->click();
  EXPECT_TRUE(view().isVisible());
  EXPECT_GE(view().board().steps.size(), 5u);
  QTest::keyClick(&steps(), Qt::Key_Escape);
  EXPECT_FALSE(view().isVisible());
}

TEST_F(StepsViewTest, GoesThroughTheStepsByKeys) {
  open();
  EXPECT_EQ(steps().currentRow(), 0);
  QTest::keyClick(&steps(), Qt::Key_Right);
  QTest::keyClick(&steps(), Qt::Key_Down);
  EXPECT_EQ(steps().currentRow(), 2);
  EXPECT_EQ(view().findChild<BoardCanvas*>()->grids().front().title, view().board().steps[2].grids.front().title);
  QTest::keyClick(&steps(), Qt::Key_Left);
  EXPECT_EQ(steps().currentRow(), 1);
  for (int i = 0; i < steps().count(); ++i) QTest::keyClick(&steps(), Qt::Key_Right);
  EXPECT_EQ(steps().currentRow(), steps().count() - 1);
}

TEST_F(StepsViewTest, WalksTheGridsByKeysFromCellToCell) {
  open();
  choose("Numbers", QStringLiteral("pasted"));
  paste("Matrix, a row a line", QStringLiteral("1 -4\n2 0.5"));
  auto& canvas = *view().findChild<BoardCanvas*>();
  view().showStep(2);  // one grid of 2 x 2: value * scale
  ASSERT_EQ(canvas.grids().size(), 1u);
  auto* said = view().findChild<ElidedLabel*>(QStringLiteral("cellInFocus"));
  steps().setFocus();
  QTest::keyClick(&steps(), Qt::Key_Tab);
  ASSERT_TRUE(canvas.hasFocus()) << "Tab leads from the list to the numbers";
  EXPECT_EQ(said->text(), "value * scale [0, 0]: 31.75");
  EXPECT_EQ(canvas.accessibleDescription(), said->text());
  const auto press = [&](Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
    QTest::keyClick(&canvas, key, modifiers);
    return said->text();
  };
  EXPECT_TRUE(press(Qt::Key_Right).startsWith("value * scale [0, 1]: -127 \u00B7 what the step is about"));
  EXPECT_EQ(press(Qt::Key_Down), "value * scale [1, 1]: 15.875");
  EXPECT_EQ(press(Qt::Key_Down), "value * scale [1, 1]: 15.875") << "the end";
  EXPECT_EQ(press(Qt::Key_Home), "value * scale [1, 0]: 63.5");
  EXPECT_EQ(press(Qt::Key_Up), "value * scale [0, 0]: 31.75");
  EXPECT_EQ(press(Qt::Key_End, Qt::ControlModifier), "value * scale [1, 1]: 15.875");
  EXPECT_EQ(steps().currentRow(), 2) << "arrows do not turn the page here";

  choose("Board", QStringLiteral("affine"));
  view().showStep(3);  // three grids: two numbers, 2 x 2 codes, 2 x 2 values
  ASSERT_EQ(canvas.grids().size(), 3u);
  canvas.setFocus();
  press(Qt::Key_Home, Qt::ControlModifier);
  EXPECT_TRUE(press(Qt::Key_Right).startsWith("stored once [zero point]: "));
  EXPECT_TRUE(press(Qt::Key_Right).startsWith("codes [0, 0]: ")) << "on to the next grid";
  EXPECT_TRUE(press(Qt::Key_Left).startsWith("stored once [zero point]: "));
  EXPECT_TRUE(press(Qt::Key_Down).startsWith("codes [0, 1]: "));
  EXPECT_TRUE(press(Qt::Key_Up).startsWith("stored once [zero point]: "));
  QTest::mouseClick(&canvas, Qt::LeftButton, {}, canvas.cellRect(2, 3).center().toPoint());
  EXPECT_TRUE(said->text().startsWith("restored, range as given [1, 1]: "));

  press(Qt::Key_C, Qt::ControlModifier);
  const QStringList lines = QGuiApplication::clipboard()->text().split(u'\n');
  ASSERT_GE(lines.size(), 3);
  EXPECT_EQ(lines[0], "restored, range as given\t0\t1") << "the grid in focus";
  steps().setFocus();
  EXPECT_TRUE(said->text().isEmpty());
}

TEST_F(StepsViewTest, KeepsTheCellInFocusInSight) {
  open();
  choose("Board", QStringLiteral("gptq"));
  m_window.resize(1000, 650);
  view().showStep(steps().count() - 1);
  auto& canvas = *view().findChild<BoardCanvas*>();
  canvas.setFocus();
  for (const Qt::Key key : {Qt::Key_End, Qt::Key_Home}) {
    QTest::keyClick(&canvas, key, Qt::ControlModifier);
    QTest::qWait(1);
    const std::size_t grid = key == Qt::Key_End ? canvas.grids().size() - 1 : 0;
    const std::size_t cell = key == Qt::Key_End ? canvas.grids().back().cells.size() - 1 : 0;
    EXPECT_TRUE(canvas.visibleRegion().contains(canvas.cellRect(grid, cell).center().toPoint()));
  }
}

TEST_F(StepsViewTest, GoesOutAsTextAndAsAPicture) {
  open();
  for (auto* button : view().findChildren<QAbstractButton*>())
    if (button->text() == "copy") button->click();
  const QString text = QGuiApplication::clipboard()->text();
  EXPECT_EQ(text, view().plainText());
  for (const BoardStep& step : view().board().steps)
    EXPECT_TRUE(text.contains(QString::fromStdString(step.text))) << step.title;

  view().showStep(1);
  auto& canvas = *view().findChild<BoardCanvas*>();
  const QTemporaryDir folder;
  ASSERT_TRUE(view().exportPicture());
  auto* panel = canvas.findChild<ExportPanel*>();
  ASSERT_TRUE(panel);
  EXPECT_EQ(panel->findChild<QLineEdit*>()->text(), "Absmax INT8: The scale");
  auto* failure = findNamed<QLabel>(*panel, "Why the picture was not saved");
  panel->saveTo(folder.filePath(QStringLiteral("no such folder/step.svg")));
  EXPECT_TRUE(panel->isVisible() && failure->isVisible()) << "it says why, and can be tried again";
  panel->saveTo(folder.filePath(QStringLiteral("step.svg")));
  EXPECT_FALSE(panel->isVisible());
  QFile file(folder.filePath(QStringLiteral("step.svg")));
  ASSERT_TRUE(file.open(QIODevice::ReadOnly));
  const QString svg = QString::fromUtf8(file.readAll());
  for (const char* word : {"Absmax INT8: The scale", "INT8 holds", "stored scale", "what the step is about"})
    EXPECT_TRUE(svg.contains(QLatin1String(word))) << word;

  choose("Numbers", QStringLiteral("pasted"));
  paste("Matrix, a row a line", QStringLiteral("x"));
  EXPECT_FALSE(view().exportPicture()) << "there is no board";
}

TEST_F(StepsViewTest, ComesToTheFrontFromTheWholeModel) {
  QAction* whole = nullptr;
  for (auto* action : m_window.currentPage()->actions())
    if (action->text() == "Quantize the whole model") whole = action;
  ASSERT_TRUE(whole);
  whole->trigger();
  EXPECT_FALSE(view().isVisible());
  open();
  EXPECT_TRUE(view().isVisible());
}

TEST_F(StepsViewTest, ShowsPastedNumbersOrOneErrorThatSaysWhy) {
  open();
  choose("Numbers", QStringLiteral("pasted"));
  paste("Matrix, a row a line", QStringLiteral("1, -4\n2\t0.5"));
  EXPECT_THAT(codes(), testing::ElementsAre("32", "-127", "64", "16"));
  auto* error = findNamed<QLabel>(view(), "Why there is no board");
  EXPECT_FALSE(error->isVisible());
  paste("Matrix, a row a line", QStringLiteral("1 2\n3 <b>x</b>"));
  EXPECT_TRUE(error->isVisible());
  EXPECT_TRUE(error->text().endsWith(QStringLiteral("found <b>x</b> in row 2"))) << error->text().toStdString();
  EXPECT_EQ(error->textFormat(), Qt::PlainText);
  EXPECT_EQ(steps().count(), 0);
  paste("Matrix, a row a line", QStringLiteral("1 2"));
  EXPECT_FALSE(error->isVisible());

  choose("Board", QStringLiteral("gptq"));
  paste("Inputs of the layer, a row a vector", QStringLiteral("1 2 3"));
  EXPECT_EQ(error->text(), QStringLiteral("inputs of 2 columns expected, as the weights have, 3 found"));
  paste("Inputs of the layer, a row a vector", QStringLiteral("1 2\n2 1"));
  EXPECT_FALSE(error->isVisible());
  EXPECT_GE(steps().count(), 8);
}

TEST_F(StepsViewTest, OffersTheSelectedTensorWhereItIsSmall) {
  openSample(*m_session);
  open();
  auto* inputs = findNamed<QComboBox>(view(), "Numbers");
  EXPECT_EQ(inputs->findData(QStringLiteral("tensor")), -1);

  const QTemporaryDir folder;
  const QString path = folder.filePath(QStringLiteral("small.npy"));
  const std::vector<float> values{1, -4, 2, 0.5F};
  const std::vector<std::uint64_t> shape{2, 2};
  ASSERT_TRUE(
      writeNpy(path.toStdString(), "<f4", shape, std::as_bytes(std::span(values)), AtomicFile::Existing::Replace));
  m_session->openPath(path);
  settle(*m_session);
  ASSERT_GE(inputs->findData(QStringLiteral("tensor")), 0);
  choose("Board", QStringLiteral("absmax"));
  choose("Numbers", QStringLiteral("tensor"));
  EXPECT_THAT(codes(), testing::ElementsAre("32", "-127", "64", "16"));
  m_session->close(m_session->selection().checkpoint);
  settle(*m_session);
  EXPECT_EQ(inputs->findData(QStringLiteral("tensor")), -1);
  EXPECT_GE(steps().count(), 5);
}

// The laws of pages, which only see what is in front: for every board, with fields for pasted numbers and without.
TEST_F(StepsViewTest, KeepsTheLawsOfPages) {
  open();
  for (const auto mode : {ThemeMode::Dark, ThemeMode::Light}) {
    theme().setMode(mode);
    for (const StepLesson* lesson : stepLessons())
      for (const char* input : {"0", "pasted"}) {
        SCOPED_TRACE(lesson->id + " " + input);
        choose("Board", QString::fromStdString(lesson->id));
        choose("Numbers", QLatin1String(input));
        for (int step = 0; step < steps().count(); ++step) {
          view().showStep(step);
          if (step % 4 != 0) continue;
          QTest::qWait(1);
          EXPECT_EQ(m_window.size(), QSize(1000, 650));
          for (const auto* label : view().findChildren<QLabel*>()) {
            if (!label->isVisible() || label->text().isEmpty()) continue;
            const int needed = label->wordWrap() ? label->heightForWidth(label->width()) : label->sizeHint().height();
            EXPECT_GE(label->height(), needed) << label->text().toStdString();
          }
          const auto* canvas = view().findChild<BoardCanvas*>();
          EXPECT_GE(canvas->height(), canvas->heightForWidth(canvas->width()));
          EXPECT_FALSE(canvas->accessibleDescription().isEmpty());
        }
      }
  }
  for (const auto* widget : view().findChildren<QWidget*>()) {
    if (widget->focusPolicy() == Qt::NoFocus || !widget->isVisible() ||
        qobject_cast<QComboBox*>(widget->parentWidget()))
      continue;
    const auto* button = qobject_cast<const QAbstractButton*>(widget);
    const auto* label = qobject_cast<const QLabel*>(widget);
    const bool named = !widget->accessibleName().isEmpty() || (button && !button->text().isEmpty()) ||
                       (label && !label->text().isEmpty());
    EXPECT_TRUE(named || widget->objectName().startsWith(QLatin1String("qt_"))) << widget->metaObject()->className();
  }
}

}  // namespace
}  // namespace ulpscope
