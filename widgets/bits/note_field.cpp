// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/note_field.h"

#include <QFontMetricsF>
#include <QKeyEvent>
#include <QPainter>
#include <cmath>

#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr int kNotePx = 12;
constexpr int kMargin = 2;      ///< what QLineEdit leaves left and right of the digits
constexpr int kNarrowest = 14;  ///< room for a caret and a digit

}  // namespace

QFont noteFont(bool bold) { return theme().words(kNotePx, bold ? QFont::DemiBold : QFont::Normal); }

QColor colorOf(FieldKind kind) {
  const ThemeColors& colors = theme().colors();
  switch (kind) {
    case FieldKind::Sign:
      return colors.sign;
    case FieldKind::Direction:
    case FieldKind::Regime:
      return colors.regime;
    case FieldKind::Characteristic:
    case FieldKind::Exponent:
      return colors.exponent;
    case FieldKind::Padding:
      return colors.disabled;
    case FieldKind::Fraction:
    case FieldKind::Integer:
    case FieldKind::Index:
      break;
  }
  return colors.fraction;
}

NoteField::NoteField(FieldKind kind, bool bold, QWidget* parent) : QLineEdit(parent), m_kind(kind) {
  setFrame(false);
  setTextMargins(0, 0, 0, 0);
  setFont(noteFont(bold));
  connect(&theme(), &Theme::changed, this, &NoteField::restyle);
  connect(this, &QLineEdit::editingFinished, this, &NoteField::take);
  connect(this, &QLineEdit::textEdited, this, [this] {
    m_refused = false;
    resize(sizeHint());
  });
  restyle();
}

double NoteField::widthOf(const QString& text, bool bold) {
  // The line edit of Qt keeps one px for the caret.
  return std::max<double>(kNarrowest,
                          std::ceil(QFontMetricsF(noteFont(bold)).horizontalAdvance(text)) + 2 * kMargin + 1);
}

QSize NoteField::sizeHint() const { return {int(widthOf(text(), font().weight() > QFont::Normal)), kHeight}; }

void NoteField::restyle() {
  QPalette colors = palette();
  colors.setColor(QPalette::Base, Qt::transparent);
  colors.setColor(QPalette::Text, colorOf(m_kind));
  setPalette(colors);
}

void NoteField::show(const QString& text, const QString& exact) {
  m_shown = text;
  m_exact = exact.isEmpty() ? text : exact;
  if (!isModified() || !hasFocus()) setUnmodified(hasFocus() ? m_exact : m_shown);
}

void NoteField::setUnmodified(const QString& text) {
  m_refused = false;
  setModified(false);
  if (text == this->text()) return;
  setText(text);
  setCursorPosition(0);
  resize(sizeHint());
}

void NoteField::refuse(const QString& sentence) {
  m_refused = true;
  setAccessibleDescription(sentence);
  update();
}

void NoteField::take() {
  if (!isModified() || m_refused) return;
  setModified(false);
  if (text() == m_exact) return;
  const QString typed = text();
  Q_EMIT entered(typed);
}

void NoteField::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Escape) {
    setUnmodified(m_exact);
    selectAll();
    return;
  }
  QLineEdit::keyPressEvent(event);
}

void NoteField::focusInEvent(QFocusEvent* event) {
  if (!isModified()) setUnmodified(m_exact);
  raise();  // what grows as it is typed in may cover its neighbours
  QLineEdit::focusInEvent(event);
}

void NoteField::focusOutEvent(QFocusEvent* event) {
  QLineEdit::focusOutEvent(event);
  setUnmodified(m_shown);
}

bool NoteField::event(QEvent* event) {
  // Esc is the window's "cancel" elsewhere: claimed here before it becomes a shortcut.
  if (event->type() == QEvent::ShortcutOverride && isModified() &&
      static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
    event->accept();
    return true;
  }
  return QLineEdit::event(event);
}

void NoteField::paintEvent(QPaintEvent* event) {
  QLineEdit::paintEvent(event);
  const ThemeColors& colors = theme().colors();
  QPainter painter(this);
  const bool strong = m_refused || hasFocus();
  painter.setPen(QPen(m_refused    ? colors.bad
                      : hasFocus() ? colors.accent
                                   : colorOf(m_kind),
                      strong ? 2 : 1, strong ? Qt::SolidLine : Qt::DotLine));
  painter.drawLine(kMargin, height() - 1, width() - kMargin, height() - 1);
}

}  // namespace ulpscope
