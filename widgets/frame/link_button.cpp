// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/frame/link_button.h"

#include <QPainter>

#include "widgets/theme/control_painting.h"
#include "widgets/theme/theme.h"

namespace ulpscope {

LinkButton::LinkButton(const QString& text, Tone tone, QWidget* parent) : QAbstractButton(parent), m_tone(tone) {
  setText(text);
  setFont(theme().words(12));
  setCursor(Qt::PointingHandCursor);
  setFocusPolicy(Qt::TabFocus);
  setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

QSize LinkButton::sizeHint() const { return {fontMetrics().horizontalAdvance(text()) + 8, fontMetrics().height() + 6}; }

void LinkButton::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const auto& c = theme().colors();
  const bool bright = m_tone == Tone::Accent || underMouse() || hasFocus();
  painter.setPen(!isEnabled() ? c.disabled : bright ? c.accent : c.muted);
  painter.drawText(rect(), Qt::AlignCenter | Qt::TextHideMnemonic, text());
  if (hasFocus()) painting::focusRing(painter, rect());
}

void LinkButton::enterEvent(QEnterEvent* event) {
  QAbstractButton::enterEvent(event);
  update();
}

void LinkButton::leaveEvent(QEvent* event) {
  QAbstractButton::leaveEvent(event);
  update();
}

}  // namespace ulpscope
