// SPDX-License-Identifier: Apache-2.0
#include "core/report/board_text.h"

#include <fmt/format.h>

#include "core/base/text.h"

namespace ulpscope {
namespace {

template <class TextOf>
Table tableOf(const BoardGrid& grid, const TextOf& text) {
  Table table{{grid.title}, {}};
  table.header.insert(table.header.end(), grid.columns.begin(), grid.columns.end());
  for (std::size_t r = 0; r < grid.rows.size(); ++r) {
    std::vector<std::string>& row = table.rows.emplace_back(1, grid.rows[r]);
    for (std::size_t c = 0; c < grid.columns.size(); ++c) row.push_back(text(grid.cells[r * grid.columns.size() + c]));
  }
  return table;
}

}  // namespace

Table toTable(const BoardGrid& grid) {
  return tableOf(grid, [](const BoardCell& cell) { return cell.value ? shortest(*cell.value) : cell.text; });
}

std::string plainText(const StepBoard& board) {
  std::string text = fmt::format("{}\n{}\n", board.title, board.note);
  for (std::size_t i = 0; i < board.steps.size(); ++i) {
    text += fmt::format("\n{} {}\n{}\n", i + 1, board.steps[i].title, board.steps[i].text);
    for (const BoardGrid& grid : board.steps[i].grids)
      text += '\n' + toTsv(tableOf(grid, [](const BoardCell& cell) { return cell.text; }));
  }
  return text;
}

}  // namespace ulpscope
