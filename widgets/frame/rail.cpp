// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/frame/rail.h"

#include <QAbstractButton>
#include <QButtonGroup>
#include <QIcon>
#include <QPainter>
#include <QVBoxLayout>

#include "widgets/pages/page.h"
#include "widgets/theme/control_painting.h"
#include "widgets/theme/icons.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr int kWide = 88;
constexpr int kNarrow = 52;
constexpr int kIcon = 21;

class RailButton final : public QAbstractButton {
 public:
  RailButton(const PageEntry& page, int number) {
    setText(titleOf(page));
    setIcon(themedIcon(QString::fromLatin1(page.icon)));
    setCheckable(true);
    setFont(theme().words(11));
    setFixedHeight(page.place == RailPlace::Bottom ? 50 : 58);
    setAccessibleName(text());
    setToolTip(number <= 9 && page.place == RailPlace::Top ? QStringLiteral("%1 (Ctrl+%2)").arg(text()).arg(number)
                                                           : text());
    setFocusPolicy(Qt::TabFocus);
  }

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    const auto& c = theme().colors();
    if (isChecked()) {
      painter.fillRect(rect(), c.selection);
      painter.fillRect(QRect(0, 0, 3, height()), c.accent);
    } else if (underMouse()) {
      painter.fillRect(rect(), c.window);
    }
    const bool withWord = width() >= kWide - 1;
    const int top = withWord ? height() / 2 - kIcon + 3 : (height() - kIcon) / 2;
    icon().paint(&painter, QRect((width() - kIcon) / 2, top, kIcon, kIcon), Qt::AlignCenter, QIcon::Normal,
                 isChecked() ? QIcon::On : QIcon::Off);
    if (withWord) {
      painter.setPen(isChecked() ? c.accent : c.muted);
      painter.drawText(QRect(0, top + kIcon + 3, width(), 18), Qt::AlignHCenter | Qt::AlignVCenter, text());
    }
    if (hasFocus()) painting::focusRing(painter, rect().adjusted(4, 3, -4, -3));
  }
  void enterEvent(QEnterEvent*) override { update(); }
  void leaveEvent(QEvent*) override { update(); }
};

}  // namespace

Rail::Rail(QWidget* parent) : QWidget(parent), m_buttons(new QButtonGroup(this)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 8, 1, 8);
  column->setSpacing(0);
  int index = 0;
  for (const auto place : {RailPlace::Top, RailPlace::Bottom}) {
    if (place == RailPlace::Bottom) column->addStretch();
    index = 0;
    for (const PageEntry* page : pageRegistry()) {
      if (page->place == place) {
        auto* button = new RailButton(*page, index + 1);
        m_buttons->addButton(button, index);
        column->addWidget(button);
      }
      ++index;
    }
  }
  connect(m_buttons, &QButtonGroup::idClicked, this, &Rail::chosen);
  setCollapsed(false);
}

void Rail::setCollapsed(bool collapsed) { setFixedWidth(collapsed ? kNarrow : kWide); }

void Rail::setCurrent(int page) {
  if (auto* button = m_buttons->button(page)) button->setChecked(true);
}

void Rail::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), theme().colors().surface);
  painter.fillRect(QRect(width() - 1, 0, 1, height()), theme().colors().border);
}

}  // namespace ulpscope
