// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/frame/labels.h"

#include <QPainter>

#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {

QFont fontOf(TextRole role) {
  switch (role) {
    case TextRole::Title:
      return theme().words(13, QFont::DemiBold);
    case TextRole::Note:
      return theme().words(11);
    case TextRole::Number:
    case TextRole::NumberMuted:
      return theme().numbers(12);
    case TextRole::Hero:
      return theme().numbers(34);
    case TextRole::Body:
    case TextRole::Muted:
    case TextRole::Bad:
      break;
  }
  return theme().words(13);
}

QColor colorOf(TextRole role) {
  const auto& c = theme().colors();
  switch (role) {
    case TextRole::Muted:
    case TextRole::Note:
    case TextRole::NumberMuted:
      return c.muted;
    case TextRole::Bad:
      return c.bad;
    default:
      return c.text;
  }
}

PlainLabel::PlainLabel(const QString& text, TextRole role, QWidget* parent) : QLabel(text, parent), m_role(role) {
  setTextFormat(Qt::PlainText);
  connect(&theme(), &Theme::changed, this, &PlainLabel::restyle);
  restyle();
}

void PlainLabel::setRole(TextRole role) {
  m_role = role;
  restyle();
}

void PlainLabel::restyle() {
  setFont(fontOf(m_role));
  QPalette colors = palette();
  colors.setColor(QPalette::WindowText, colorOf(m_role));
  setPalette(colors);
}

ElidedLabel::ElidedLabel(const QString& text, TextRole role, QWidget* parent) : QWidget(parent), m_role(role) {
  setFont(fontOf(role));
  setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
  setText(text);
}

void ElidedLabel::setText(const QString& text) {
  m_text = text;
  setAccessibleName(text);
  updateGeometry();
  update();
}

void ElidedLabel::setRole(TextRole role) {
  m_role = role;
  setFont(fontOf(role));
  updateGeometry();
  update();
}

void ElidedLabel::setAlignment(Qt::Alignment alignment) {
  m_alignment = alignment;
  update();
}

void ElidedLabel::setElideMode(Qt::TextElideMode mode) {
  m_elideMode = mode;
  update();
}

QSize ElidedLabel::sizeHint() const {
  return {fontMetrics().horizontalAdvance(m_text) + 2, fontMetrics().height() + 2};
}

QSize ElidedLabel::minimumSizeHint() const { return {std::min(48, sizeHint().width()), sizeHint().height()}; }

void ElidedLabel::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setPen(isEnabled() ? colorOf(m_role) : theme().colors().disabled);
  const QString cut = fontMetrics().elidedText(m_text, m_elideMode, width());
  const QString tip = cut == m_text ? QString() : plainToolTip(m_text);
  if (toolTip() != tip) setToolTip(tip);
  painter.drawText(rect(), int(m_alignment) | Qt::TextSingleLine, cut);
}

}  // namespace ulpscope
