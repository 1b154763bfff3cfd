// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/bit_cells.h"

#include <QAccessible>
#include <QFontMetricsF>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "core/formats/field_edit.h"
#include "core/formats/value_text.h"
#include "widgets/bits/note_field.h"
#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr double kBitNumberGap = 4;  ///< between a bit's number and its cell

/// The pieces of a note from the left: words, and what is set bold or can be written over.
double leadWidth(const FieldNote& note) { return QFontMetricsF(noteFont(false)).horizontalAdvance(note.lead); }

double storedWidth(const FieldNote& note) { return note.stored.isEmpty() ? 0 : NoteField::widthOf(note.stored, false); }

double textWidth(const FieldNote& note) { return QFontMetricsF(noteFont(false)).horizontalAdvance(note.text); }

double resultWidth(const FieldNote& note) {
  if (note.part != NotePart::None) return NoteField::widthOf(note.result, true);
  return QFontMetricsF(noteFont(true)).horizontalAdvance(note.result);
}

double noteWidth(const FieldNote& note) {
  return leadWidth(note) + storedWidth(note) + textWidth(note) + resultWidth(note);
}

QString nameOf(FieldKind kind) {
  switch (kind) {
    case FieldKind::Sign:
      return BitCells::tr("sign");
    case FieldKind::Direction:
      return BitCells::tr("direction");
    case FieldKind::Regime:
      return BitCells::tr("regime");
    case FieldKind::Characteristic:
      return BitCells::tr("characteristic");
    case FieldKind::Exponent:
      return BitCells::tr("exponent");
    case FieldKind::Fraction:
      return BitCells::tr("fraction");
    case FieldKind::Padding:
      return BitCells::tr("padding, not part of the number");
    case FieldKind::Integer:
      return BitCells::tr("integer");
    case FieldKind::Index:
      return BitCells::tr("index into the table");
  }
  return {};
}

}  // namespace

BitCells::BitCells(QWidget* parent) : QWidget(parent) {
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  policy.setHeightForWidth(true);
  setSizePolicy(policy);
  connect(&theme(), &Theme::changed, this, qOverload<>(&QWidget::update));
  setCode(*formatRegistry().front(), 0);
}

void BitCells::setCode(const NumberFormat& format, std::uint64_t code) {
  const bool otherFormat = m_fields.empty() || m_format != &format;
  m_format = &format;
  m_code = code;
  m_fields = format.fields(code);
  m_notes = fieldNotes(format, code);
  if (otherFormat) {
    m_cursor = topBit();
    m_hovered.reset();
    m_drag.reset();
    setAccessibleName(tr("Bits of %1").arg(qt(format.info().title)));
  }
  const double oldHeight = m_layout.height;
  layOut();
  if (otherFormat || m_layout.height != oldHeight) updateGeometry();
  showEditors();
  describe();
  update();
}

QRect BitCells::cellRect(int bit) const { return m_layout.cells[static_cast<std::size_t>(bit)].toRect(); }

QSize BitCells::sizeHint() const { return {fullWidth(), heightForWidth(fullWidth())}; }

QSize BitCells::minimumSizeHint() const { return {320, 0}; }

int BitCells::heightForWidth(int width) const {
  return static_cast<int>(std::ceil(layOutBits(m_fields, noteWidths(), width).height));
}

void BitCells::layOut() { m_layout = layOutBits(m_fields, noteWidths(), width()); }

std::vector<double> BitCells::noteWidths() const {
  std::vector<double> widths;
  for (const FieldNote& note : m_notes) widths.push_back(noteWidth(note));
  return widths;
}

void BitCells::resizeEvent(QResizeEvent*) {
  layOut();
  placeEditors();
}

void BitCells::showEditors() {
  std::vector<Editor> wanted;
  for (std::size_t field = 0; field < m_notes.size(); ++field) {
    if (!m_notes[field].stored.isEmpty()) wanted.push_back({field, false, nullptr});
    if (m_notes[field].part != NotePart::None) wanted.push_back({field, true, nullptr});
  }
  const auto same = [this](const Editor& a, const Editor& b) {
    return a.field == b.field && a.result == b.result && a.line->kind() == m_fields[a.field].kind;
  };
  if (!std::ranges::equal(m_editors, wanted, same)) {
    for (const Editor& editor : m_editors) editor.line->deleteLater();
    QWidget* before = this;
    for (Editor& editor : wanted) {
      editor.line = new NoteField(m_fields[editor.field].kind, editor.result, this);
      connect(editor.line, &NoteField::entered, this,
              [this, editor](const QString& text) { writeField(editor.field, editor.result, text); });
      setTabOrder(before, editor.line);
      before = editor.line;
      editor.line->QWidget::show();
    }
    m_editors = std::move(wanted);
  }
  for (const Editor& editor : m_editors) {
    const FieldNote& note = m_notes[editor.field];
    const QString name = nameOf(m_fields[editor.field].kind);
    if (editor.result)
      editor.line->show(note.result, note.exactResult);
    else
      editor.line->show(note.stored);
    const bool significand = note.part == NotePart::Significand;
    editor.line->setAccessibleName(!editor.result ? tr("stored %1").arg(name) : significand ? tr("significand") : name);
    editor.line->setToolTip(!editor.result ? tr("What the field stores; type another number")
                            : significand  ? tr("The significand; type another number")
                                           : tr("The power of two; type another number"));
  }
  placeEditors();
}

void BitCells::placeEditors() {
  for (const Editor& editor : m_editors) {
    const FieldNote& note = m_notes[editor.field];
    const QPointF at = m_layout.notes[editor.field];
    const double left = leadWidth(note) + (editor.result ? storedWidth(note) + textWidth(note) : 0);
    editor.line->move(int(std::round(at.x() + left)), int(std::round(at.y())) - NoteField::kHeight / 2 - 1);
    editor.line->resize(editor.line->sizeHint());
  }
}

void BitCells::writeField(std::size_t field, bool result, const QString& text) {
  const std::string number = QString(text).trimmed().replace(QChar(0x2212), QLatin1Char('-')).toStdString();
  const auto code = !result                                     ? withField(m_code, m_fields[field], number)
                    : m_notes[field].part == NotePart::Exponent ? withExponent(*m_format, m_code, number)
                                                                : withSignificand(*m_format, m_code, number);
  if (!code) {
    const auto editor = std::ranges::find_if(
        m_editors, [&](const Editor& each) { return each.field == field && each.result == result; });
    editor->line->refuse(shown(code.error().message));
    Q_EMIT refused(shown(code.error().message));
    return;
  }
  setCode(*m_format, *code);
  Q_EMIT codeEdited(m_code);
  Q_EMIT editingFinished();
}

void BitCells::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  for (int bit = topBit(); bit >= 0; --bit) paintCell(painter, bit);
  for (std::size_t field = 0; field < m_fields.size(); ++field) paintNote(painter, field);
}

void BitCells::paintCell(QPainter& painter, int bit) const {
  const ThemeColors& colors = theme().colors();
  const QColor color = colorOf(fieldOf(bit).kind);
  const QRectF cell = m_layout.cells[static_cast<std::size_t>(bit)];
  const bool large = cell.width() >= 30;

  if (hasFocus() && bit == m_cursor) {
    painter.setPen(QPen(colors.accent, 2));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(cell.adjusted(-2, -2, 2, 2), 6, 6);
  }
  QColor fill = isSet(bit) ? color : colors.surface;
  if (m_hovered == bit && !isSet(bit)) fill = colors.selection;
  painter.setPen(QPen(color, m_hovered == bit ? 2 : 1));
  painter.setBrush(fill);
  painter.drawRoundedRect(cell.adjusted(0.5, 0.5, -0.5, -0.5), large ? 4 : 3, large ? 4 : 3);

  painter.setFont(theme().numbers(static_cast<int>(std::clamp(cell.width() * 0.52, 12.0, 24.0)), QFont::Medium));
  painter.setPen(isSet(bit) ? colors.onField : color);
  painter.drawText(cell, Qt::AlignCenter, isSet(bit) ? QStringLiteral("1") : QStringLiteral("0"));

  painter.setFont(theme().words(large ? 11 : 10));
  painter.setPen(colors.muted);
  const QRectF above(cell.x() - 4, cell.y() - kBitNumberGap - 12, cell.width() + 8, 12);
  painter.drawText(above, Qt::AlignCenter, QString::number(bit));
}

void BitCells::paintNote(QPainter& painter, std::size_t field) const {
  const FieldNote& note = m_notes[field];
  const QPointF at = m_layout.notes[field];
  painter.setPen(colorOf(m_fields[field].kind));
  double x = at.x();
  const auto write = [&](const QString& text, bool bold, double wide) {
    painter.setFont(noteFont(bold));
    painter.drawText(QRectF(x, at.y() - 10, wide + 1, 20), Qt::AlignLeft | Qt::AlignVCenter | Qt::TextDontClip, text);
    x += wide;
  };
  write(note.lead, false, leadWidth(note));
  x += storedWidth(note);
  write(note.text, false, textWidth(note));
  if (note.part == NotePart::None) write(note.result, true, resultWidth(note));
}

const BitField& BitCells::fieldOf(int bit) const {
  for (const BitField& field : m_fields)
    if (bit > field.highestBit - field.bits) return field;
  return m_fields.back();
}

std::optional<int> BitCells::bitAt(QPointF position) const {
  const std::vector<QRectF>& cells = m_drag ? m_drag->cells : m_layout.cells;
  for (int bit = 0; bit <= topBit(); ++bit)
    if (cells[static_cast<std::size_t>(bit)].contains(position)) return bit;
  return std::nullopt;
}

void BitCells::setBit(int bit, bool value) {
  if (isSet(bit) == value) return;
  setCode(*m_format, m_code ^ (std::uint64_t{1} << bit));
  Q_EMIT codeEdited(m_code);
}

void BitCells::moveCursor(int bit) {
  m_cursor = std::clamp(bit, 0, topBit());
  describe();
  update();
}

void BitCells::mousePressEvent(QMouseEvent* event) {
  const auto bit = bitAt(event->position());
  if (event->button() != Qt::LeftButton || !bit) return event->ignore();
  m_drag = Drag{!isSet(*bit), *bit, m_layout.cells};
  moveCursor(*bit);
  setBit(*bit, m_drag->value);
}

void BitCells::mouseMoveEvent(QMouseEvent* event) {
  const auto bit = bitAt(event->position());
  if (bit != m_hovered) {
    m_hovered = bit;
    setCursor(bit ? Qt::PointingHandCursor : Qt::ArrowCursor);
    update();
  }
  if (!m_drag || !bit || *bit == m_drag->lastBit) return;
  // A fast pointer skips cells: all bits between its last place and this one were crossed.
  const int step = *bit > m_drag->lastBit ? 1 : -1;
  for (int crossed = m_drag->lastBit + step; crossed != *bit + step; crossed += step) setBit(crossed, m_drag->value);
  m_drag->lastBit = *bit;
  moveCursor(*bit);
}

void BitCells::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton || !m_drag) return;
  m_drag.reset();
  Q_EMIT editingFinished();
}

void BitCells::leaveEvent(QEvent*) {
  m_hovered.reset();
  update();
}

void BitCells::keyPressEvent(QKeyEvent* event) {
  if (event->modifiers() & ~Qt::KeypadModifier) return event->ignore();
  switch (event->key()) {
    case Qt::Key_Left:
      return moveCursor(m_cursor + 1);
    case Qt::Key_Right:
      return moveCursor(m_cursor - 1);
    case Qt::Key_Home:
      return moveCursor(topBit());
    case Qt::Key_End:
      return moveCursor(0);
    case Qt::Key_Space:
      setBit(m_cursor, !isSet(m_cursor));
      break;
    case Qt::Key_0:
    case Qt::Key_1:
      setBit(m_cursor, event->key() == Qt::Key_1);
      moveCursor(m_cursor - 1);
      break;
    default:
      return event->ignore();
  }
  Q_EMIT editingFinished();
}

void BitCells::changeEvent(QEvent* event) {
  if (event->type() == QEvent::EnabledChange) update();
  QWidget::changeEvent(event);
}

bool BitCells::event(QEvent* event) {
  if (event->type() != QEvent::ToolTip) return QWidget::event(event);
  const auto* help = static_cast<QHelpEvent*>(event);
  const auto bit = bitAt(help->pos());
  if (bit)
    QToolTip::showText(help->globalPos(), nameOfBit(*bit), this, cellRect(*bit));
  else
    QToolTip::hideText();
  return true;
}

QString BitCells::nameOfBit(int bit) const { return tr("bit %1: %2").arg(bit).arg(nameOf(fieldOf(bit).kind)); }

void BitCells::describe() {
  const QString bits = QString::fromStdString(bitsText(*m_format, m_code));
  setAccessibleDescription(tr("%1; at %2, which is %3").arg(bits, nameOfBit(m_cursor)).arg(isSet(m_cursor) ? 1 : 0));
  QAccessibleEvent changed(this, QAccessible::DescriptionChanged);
  QAccessible::updateAccessibility(&changed);
}

}  // namespace ulpscope
