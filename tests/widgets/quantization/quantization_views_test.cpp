// SPDX-License-Identifier: Apache-2.0
#include "widgets/pages/quantization_views.h"

#include <gtest/gtest.h>

#include <QAction>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QSettings>
#include <QTabBar>
#include <QTest>

#include "tests/widgets/find_named.h"
#include "tests/widgets/window_fixture.h"
#include "widgets/quantization/model_view.h"
#include "widgets/quantization/steps_view.h"
#include "widgets/quantization/tab_stack.h"

namespace ulpscope {
namespace {

const char* const kViews = "One tensor, or the whole model";
const char* const kPictures = "Pictures of the error";

class QuantizationViewsTest : public testing::Test {
 protected:
  QuantizationViewsTest() { QSettings().remove("quantization"); }
  ~QuantizationViewsTest() override { QSettings().remove("quantization"); }

  std::unique_ptr<QuantizationViews> open() {
    auto views = std::make_unique<QuantizationViews>(*m_session);
    views->resize(1320, 790);
    views->show();
    views->activated();
    settle(*m_session);
    return views;
  }
  static void click(const QWidget& views, const char* bar, const char* tab) {
    auto* tabs = findNamed<QTabBar>(views, bar);
    ASSERT_NE(tabs, nullptr);
    for (int i = 0; i < tabs->count(); ++i)
      if (tabs->tabText(i) == tab) QTest::mouseClick(tabs, Qt::LeftButton, {}, tabs->tabRect(i).center());
  }
  static QString current(const QWidget& views, const char* bar) {
    const auto* tabs = findNamed<QTabBar>(views, bar);
    return tabs ? tabs->tabText(tabs->currentIndex()) : QString();
  }

  std::unique_ptr<Session> m_session = makeSession();
};

TEST_F(QuantizationViewsTest, BeginWithWhatWasChosenLast) {
  openSample(*m_session);
  {
    const auto views = open();
    EXPECT_EQ(current(*views, kViews), "This tensor");
    click(*views, kPictures, "Map");
    click(*views, kViews, "Whole model");
    auto& tool = *findNamed<QComboBox>(*views, "Recipe for");
    while (tool.currentData().toString() != "bitsandbytes" && tool.currentIndex() + 1 < tool.count())
      QTest::keyClick(&tool, Qt::Key_Down);
    ASSERT_EQ(tool.currentData().toString(), "bitsandbytes");
    views->findChild<ModelView*>()->measure();
    settle(*m_session);
    findNamed<QDoubleSpinBox>(*views, "Bits per weight on average")->setValue(5.25);
    settle(*m_session);
  }
  const auto views = open();
  EXPECT_EQ(current(*views, kViews), "Whole model");
  EXPECT_EQ(current(*views, kPictures), "Map");
  auto& model = *views->findChild<ModelView*>();
  ASSERT_NE(model.study().question().target, nullptr);
  EXPECT_EQ(model.study().question().target->id, "bitsandbytes");
  EXPECT_EQ(findNamed<QComboBox>(*views, "Recipe for")->currentData().toString(), "bitsandbytes");
  EXPECT_EQ(model.study().budget(), 5.25);
}

TEST_F(QuantizationViewsTest, RememberNoTabThatTheUserDidNotChoose) {
  {
    const auto views = open();
    auto& stack = *views->findChild<TabStack*>();
    stack.setCurrent(views->findChild<ModelView*>());
    EXPECT_EQ(current(*views, kViews), "Whole model");
  }
  EXPECT_EQ(current(*open(), kViews), "This tensor");
}

TEST_F(QuantizationViewsTest, AreChosenByActionsToo) {
  {
    const auto views = open();
    for (QAction* action : views->actions())
      if (action->text() == "Quantize the whole model") action->trigger();
  }
  const auto views = open();
  EXPECT_EQ(current(*views, kViews), "Whole model");
  for (QAction* action : views->actions())
    if (action->objectName() == "steps") action->trigger();
  EXPECT_EQ(current(*views, kViews), "This tensor");
  EXPECT_TRUE(views->findChild<StepsView*>()->isVisible());
}

}  // namespace
}  // namespace ulpscope
