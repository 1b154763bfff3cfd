// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/table_cells.h"

#include <cmath>

#include "core/base/text.h"
#include "widgets/session/text.h"

namespace ulpscope {

TableCell countCell(std::uint64_t value, CellTone tone) {
  return {grouped(value), QString::number(value), static_cast<double>(value), tone};
}

TableCell bytesCell(std::uint64_t value) {
  return {qt(humanBytes(value)), QString::number(value), static_cast<double>(value), CellTone::Plain};
}

TableCell numberCell(double value, int digits) {
  if (std::isnan(value)) return {emDash(), {}, {}, CellTone::Muted};
  return {QString::number(value, 'g', digits), qt(shortest(value)), value, CellTone::Plain};
}

}  // namespace ulpscope
