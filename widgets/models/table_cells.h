// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>

#include "widgets/models/table_model.h"

namespace ulpscope {

// Cells of figures: shown in short, exact in the tooltip and in what is copied, sorted by their value.

TableCell countCell(std::uint64_t value, CellTone tone = CellTone::Plain);
/// "86.7 MiB".
TableCell bytesCell(std::uint64_t value);
/// To `digits` significant digits; NaN, which stands for nothing known, is a dash.
TableCell numberCell(double value, int digits);

}  // namespace ulpscope
