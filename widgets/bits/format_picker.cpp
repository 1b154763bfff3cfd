// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/format_picker.h"

#include <QKeyEvent>
#include <QWheelEvent>
#include <algorithm>

#include "widgets/bits/format_notes.h"
#include "widgets/bits/format_popup.h"
#include "widgets/session/text.h"

namespace ulpscope {
namespace {

constexpr int kWidth = 140;

}  // namespace

FormatPicker::FormatPicker(QWidget* parent) : QComboBox(parent), m_popup(new FormatPopup(this)) {
  setAccessibleName(tr("Format"));
  setFocusPolicy(Qt::StrongFocus);
  setFixedWidth(kWidth);
  connect(m_popup, &FormatPopup::picked, this, &FormatPicker::picked);
  connect(m_popup, &FormatPopup::designPicked, this, &FormatPicker::designPicked);
}

void FormatPicker::setFormat(const NumberFormat& format) {
  const FormatInfo& info = format.info();
  if (m_id == qt(info.id)) return;
  m_id = qt(info.id);
  clear();
  addItem(qt(info.title), m_id);
  setToolTip(plainToolTip((QStringList{qt(info.name)} + formatNotes(format)).join(QLatin1Char('\n'))));
}

void FormatPicker::openWith(const QString& filter) { m_popup->open({mapToGlobal(QPoint(0, 0)), size()}, m_id, filter); }

void FormatPicker::showPopup() { openWith({}); }

void FormatPicker::hidePopup() {
  m_popup->hide();
  QComboBox::hidePopup();
}

void FormatPicker::keyPressEvent(QKeyEvent* event) {
  const auto modifiers = event->modifiers() & ~Qt::KeypadModifier;
  if (modifiers == Qt::NoModifier && (event->key() == Qt::Key_Down || event->key() == Qt::Key_Up))
    return stepThroughList(event->key() == Qt::Key_Down ? 1 : -1);
  if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) return showPopup();
  const QString text = event->text();
  const bool typed = !text.isEmpty() && text[0].isLetterOrNumber() && !(modifiers & ~Qt::ShiftModifier);
  if (typed) return openWith(text);
  QComboBox::keyPressEvent(event);
}

void FormatPicker::wheelEvent(QWheelEvent* event) {
  if (!hasFocus() || event->angleDelta().y() == 0) return event->ignore();
  stepThroughList(event->angleDelta().y() < 0 ? 1 : -1);
}

void FormatPicker::stepThroughList(int by) {
  const auto formats = formatRegistry();
  const auto found =
      std::ranges::find(formats, m_id.toStdString(), [](const auto* format) { return format->info().id; });
  const auto at = found == formats.end() ? 0 : found - formats.begin() + by;
  if (at >= 0 && at < std::ssize(formats)) Q_EMIT picked(qt(formats[std::size_t(at)]->info().id));
}

}  // namespace ulpscope
