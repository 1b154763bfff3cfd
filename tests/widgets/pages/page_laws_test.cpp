// SPDX-License-Identifier: Apache-2.0
// Laws that hold for every page of the registry.
#include "widgets/pages/page.h"

#include <QAbstractButton>
#include <QAbstractScrollArea>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QTabBar>
#include <QTest>
#include <functional>
#include <set>

#include "tests/widgets/window_fixture.h"
#include "widgets/plots/table_panel.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

class EveryPage : public WindowTest, public testing::WithParamInterface<const PageEntry*> {
 protected:
  void SetUp() override {
    openSample(*m_session);
    m_window.resize(1440, 900);
    m_window.show();
    ASSERT_TRUE(m_window.showPage(QLatin1String(GetParam()->id)));
    settle(*m_session);
  }
  void resizeTo(QSize size) {
    m_window.resize(size);
    QTest::qWait(30);
    settle(*m_session);
  }
};

/// How many colours a picture has, up to a few: one or two mean that nothing was drawn.
std::size_t colorsIn(const QImage& image) {
  std::set<QRgb> colors;
  for (int y = 0; y < image.height(); y += 2)
    for (int x = 0; x < image.width() && colors.size() < 16; x += 2) colors.insert(image.pixel(x, y));
  return colors.size();
}

/// Inner parts of Qt's own controls are spoken for by the control.
bool isInnerPart(const QWidget& widget) {
  const QWidget* parent = widget.parentWidget();
  return widget.objectName().startsWith(QLatin1String("qt_")) || qobject_cast<const QComboBox*>(parent) ||
         (parent && parent->inherits("QAbstractSpinBox"));
}

TEST_P(EveryPage, DrawsSomethingOfTheSampleInBothThemes) {
  for (const auto mode : {ThemeMode::Dark, ThemeMode::Light}) {
    theme().setMode(mode);
    QTest::qWait(30);
    EXPECT_GE(colorsIn(m_window.currentPage()->grab().toImage()), 8u);
  }
}

TEST_P(EveryPage, SurvivesEverySize) {
  for (const QSize size : {QSize(1000, 650), QSize(1280, 720), QSize(2560, 1440), QSize(1000, 650)}) {
    resizeTo(size);
    EXPECT_EQ(m_window.size(), size) << "the page asks for more room than the smallest window has";
    EXPECT_GE(colorsIn(m_window.currentPage()->grab().toImage()), 8u);
  }
}

/// Calls `look` with every tab of the page in front, one after the other: those inside the others too.
void forEachTab(QWidget& page, const Session& session, const std::function<void()>& look) {
  look();
  for (auto* bar : page.findChildren<QTabBar*>()) {
    const int before = bar->currentIndex();
    for (int tab = 0; tab < bar->count(); ++tab) {
      if (!bar->isVisible() || !bar->isTabVisible(tab)) continue;
      bar->setCurrentIndex(tab);
      settle(session);
      look();
    }
    if (bar->isVisible()) bar->setCurrentIndex(before);
  }
}

std::string describe(const QWidget& widget) {
  return std::string(widget.metaObject()->className()) + " " + widget.objectName().toStdString() + " in " +
         widget.parentWidget()->metaObject()->className();
}

TEST_P(EveryPage, NamesEveryWidgetThatTakesTheFocus) {
  forEachTab(m_window, *m_session, [&] {
    for (const auto* widget : m_window.findChildren<QWidget*>()) {
      if (widget->focusPolicy() == Qt::NoFocus || !widget->isVisible() || isInnerPart(*widget)) continue;
      const auto* button = qobject_cast<const QAbstractButton*>(widget);
      const auto* label = qobject_cast<const QLabel*>(widget);
      const bool named = !widget->accessibleName().isEmpty() || (button && !button->text().isEmpty()) ||
                         (label && !label->text().isEmpty());
      EXPECT_TRUE(named) << describe(*widget);
    }
  });
}

/// What the user works with: a pointer must not be the only way to it.
bool isControl(const QWidget& widget) {
  for (const char* kind :
       {"QAbstractButton", "QComboBox", "QLineEdit", "QAbstractSpinBox", "QAbstractItemView", "QTabBar", "QSlider",
        "ulpscope::PlotBase", "ulpscope::PaintedPlot", "ulpscope::OverviewStrip"})
    if (widget.inherits(kind)) return !widget.inherits("QHeaderView") && !isInnerPart(widget);
  return false;
}

TEST_P(EveryPage, LeadsToEveryControlByTab) {
  forEachTab(*m_window.currentPage(), *m_session, [&] {
    std::set<const QWidget*> chain;
    for (const QWidget* at = &m_window; chain.insert(at).second;) at = at->nextInFocusChain();
    for (const auto* widget : m_window.currentPage()->findChildren<QWidget*>()) {
      if (!isControl(*widget) || !widget->isVisible() || !widget->isEnabled()) continue;
      const QWidget* focused = widget->focusProxy() ? widget->focusProxy() : widget;
      EXPECT_TRUE(focused->focusPolicy() & Qt::TabFocus) << describe(*widget);
      EXPECT_TRUE(chain.contains(focused)) << describe(*widget);
    }
  });
}

TEST_P(EveryPage, ShowsEveryPlotAsATable) {
  forEachTab(*m_window.currentPage(), *m_session, [&] {
    for (auto* plot : m_window.currentPage()->findChildren<QWidget*>()) {
      const bool isPlot = plot->inherits("ulpscope::PlotBase") || plot->inherits("ulpscope::OverviewStrip");
      if (!isPlot || !plot->isVisible()) continue;
      QTest::keyClick(plot, Qt::Key_T);
      TablePanel* panel = nullptr;
      ASSERT_TRUE(QTest::qWaitFor([&] { return (panel = plot->findChild<TablePanel*>()) != nullptr; }))
          << describe(*plot);
      panel->close();
      QCoreApplication::sendPostedEvents(panel, QEvent::DeferredDelete);
    }
  });
}

TEST_P(EveryPage, CutsNoLabelAtTheSmallestSize) {
  resizeTo({1000, 650});
  for (const auto* label : m_window.currentPage()->findChildren<QLabel*>()) {
    if (!label->isVisible() || label->text().isEmpty()) continue;
    const int needed = label->wordWrap() ? label->heightForWidth(label->width()) : label->sizeHint().height();
    EXPECT_GE(label->height(), needed) << label->text().toStdString();
    if (!label->wordWrap()) {
      EXPECT_GE(label->width(), label->sizeHint().width()) << label->text().toStdString();
    }
  }
  for (const auto* button : m_window.currentPage()->findChildren<QAbstractButton*>()) {
    if (!button->isVisible() || button->text().isEmpty()) continue;
    EXPECT_GE(button->width(), button->minimumSizeHint().width()) << button->text().toStdString();
  }
}

TEST_P(EveryPage, SurvivesTheCheckpointBeingClosed) {
  m_session->close(m_session->selection().checkpoint);
  settle(*m_session);
  EXPECT_GE(colorsIn(m_window.currentPage()->grab().toImage()), 4u);
}

INSTANTIATE_TEST_SUITE_P(Registry, EveryPage, testing::ValuesIn(pageRegistry().begin(), pageRegistry().end()),
                         [](const auto& param) { return std::string(param.param->id); });

}  // namespace
}  // namespace ulpscope
