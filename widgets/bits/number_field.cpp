// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/number_field.h"

#include <QPainter>

#include "widgets/session/text.h"
#include "widgets/theme/control_painting.h"
#include "widgets/theme/theme.h"

namespace ulpscope {

NumberField::NumberField(const QString& name, QWidget* parent) : QLineEdit(parent) {
  setAccessibleName(name);
  setFont(theme().numbers(13));
}

void NumberField::show(const QString& text) {
  setError({});
  if (text == this->text()) return;
  setText(text);
  setCursorPosition(0);
}

void NumberField::setError(const QString& sentence) {
  if (m_error == sentence) return;
  m_error = sentence;
  setAccessibleDescription(sentence);
  setToolTip(plainToolTip(sentence));
  update();
}

void NumberField::keyPressEvent(QKeyEvent* event) {
  const bool exponent = event->key() == Qt::Key_Up || event->key() == Qt::Key_Down;
  const bool ulp = event->key() == Qt::Key_Left || event->key() == Qt::Key_Right;
  const auto modifiers = event->modifiers() & ~Qt::KeypadModifier;
  if ((exponent && modifiers == Qt::NoModifier) || (ulp && modifiers == Qt::ControlModifier)) {
    const QKeyEvent plain(event->type(), event->key(), Qt::NoModifier);
    if (const auto step = stepOf(plain)) Q_EMIT stepped(*step);
    return;
  }
  QLineEdit::keyPressEvent(event);
}

void NumberField::paintEvent(QPaintEvent* event) {
  QLineEdit::paintEvent(event);
  if (m_error.isEmpty()) return;
  QPainter painter(this);
  painting::roundedPanel(painter, rect(), Qt::transparent, theme().colors().bad);
}

}  // namespace ulpscope
