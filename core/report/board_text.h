// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "core/report/table.h"
#include "core/steps/step_board.h"

namespace ulpscope {

/// The grid to take away: numbers with all their digits, the names of the rows first, under the title.
Table toTable(const BoardGrid& grid);

/// The whole board as text: every step with its sentences and, between tabs, its grids as they are shown.
std::string plainText(const StepBoard& board);

}  // namespace ulpscope
