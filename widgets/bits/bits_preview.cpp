// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bits/bits_preview.h"

#include <QPainter>
#include <algorithm>

#include "core/formats/number_format.h"
#include "widgets/bits/bit_layout.h"
#include "widgets/bits/note_field.h"
#include "widgets/theme/theme.h"

namespace ulpscope {

void paintBitsPreview(QPainter& painter, const QRectF& rect) {
  const NumberFormat& format = *findFormat("float16");
  constexpr std::uint64_t kCode = 0xCECA;
  const auto fields = format.fields(kCode);
  const std::vector<double> noNotes(fields.size(), 0);
  const BitLayout layout = layOutBits(fields, noNotes, rect.width());
  // Cells do not shrink below what a finger hits; a picture may.
  const double scale = std::min(1.0, rect.width() / layout.cells.front().right());
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.translate(rect.left(), rect.center().y() - layout.height * scale);
  painter.scale(scale, scale);
  for (const BitField& field : fields) {
    for (int bit = field.highestBit; bit > field.highestBit - field.bits; --bit) {
      const bool set = (kCode >> bit & 1) != 0;
      painter.setPen(QPen(colorOf(field.kind), 1));
      painter.setBrush(set ? QBrush(colorOf(field.kind)) : QBrush(Qt::NoBrush));
      painter.drawRoundedRect(layout.cells[std::size_t(bit)].adjusted(0.5, 0.5, -0.5, -0.5), 3, 3);
    }
  }
  painter.restore();
  painter.setFont(theme().numbers(18));
  painter.setPen(theme().colors().text);
  painter.drawText(QRectF(rect.left(), rect.center().y() + 8, rect.width(), 28), Qt::AlignRight | Qt::AlignVCenter,
                   QStringLiteral("-27.15625"));
}

}  // namespace ulpscope
