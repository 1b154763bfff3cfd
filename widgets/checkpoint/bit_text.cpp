// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/checkpoint/bit_text.h"

#include <QPainter>
#include <algorithm>

#include "widgets/bits/note_field.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {
constexpr int kGap = 6;
}  // namespace

BitText::BitText(QWidget* parent) : QWidget(parent) {
  setFont(theme().numbers(11));
  setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
  connect(&theme(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void BitText::setCode(const NumberFormat& format, std::uint64_t code) {
  m_runs.clear();
  QStringList fields;
  for (const BitField& field : format.fields(code)) {
    Run run{field.kind, {}};
    for (int bit = field.highestBit; bit > field.highestBit - field.bits; --bit)
      run.digits += (code >> bit & 1) != 0 ? u'1' : u'0';
    fields << run.digits;
    m_runs.push_back(std::move(run));
  }
  setAccessibleName(tr("Bits %1").arg(fields.join(u' ')));
  updateGeometry();
  update();
}

QSize BitText::sizeHint() const {
  int width = 0;
  for (const Run& run : m_runs) width += fontMetrics().horizontalAdvance(run.digits) + kGap;
  return {std::max(0, width - kGap), fontMetrics().height() + 2};
}

void BitText::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  int left = 0;
  for (const Run& run : m_runs) {
    painter.setPen(colorOf(run.kind));
    const int width = fontMetrics().horizontalAdvance(run.digits);
    painter.drawText(QRect(left, 0, width, height()), Qt::AlignVCenter | Qt::AlignLeft, run.digits);
    left += width + kGap;
  }
}

}  // namespace ulpscope
