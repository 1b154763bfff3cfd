// SPDX-License-Identifier: Apache-2.0
#include "core/report/figure.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/report/table.h"

namespace ulpscope {

namespace {
std::string columnTitle(const Axis& axis) { return axis.powersOfTwo ? "log2 " + axis.title : axis.title; }
}  // namespace

Table toTable(const Figure& figure) {
  const bool hasBars = std::ranges::any_of(figure.series, &Series::hasEdges);
  Table table{{"series"}, {}};
  if (hasBars)
    table.header.insert(table.header.end(), {columnTitle(figure.x) + " from", columnTitle(figure.x) + " to"});
  else
    table.header.push_back(columnTitle(figure.x));
  table.header.insert(table.header.end(), {columnTitle(figure.y), "label", "marked"});

  for (const Series& series : figure.series) {
    const bool isBars = series.hasEdges();
    for (std::size_t i = 0; i < series.y.size(); ++i) {
      std::vector<std::string> row{series.name, shortest(series.x[i])};
      if (hasBars) row.push_back(isBars ? shortest(series.x[i + 1]) : "");
      row.push_back(shortest(series.y[i]));
      row.push_back(i < series.names.size() ? series.names[i] : i < series.labels.size() ? series.labels[i] : "");
      row.push_back(i < series.marked.size() && series.marked[i] ? "1" : "0");
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

std::string toCsv(const Figure& figure) { return toCsv(toTable(figure)); }

Table toTable(const MapFigure& figure) {
  Table table{{figure.rowTitle + " \\ " + figure.columnTitle}, {}};
  for (std::size_t column = 0; column < figure.columns; ++column) table.header.push_back(std::to_string(column));
  for (std::size_t row = 0; row < figure.rows; ++row) {
    std::vector<std::string> cells{std::to_string(row)};
    for (std::size_t column = 0; column < figure.columns; ++column)
      cells.push_back(shortest(figure.values[row * figure.columns + column]));
    table.rows.push_back(std::move(cells));
  }
  return table;
}

std::string toCsv(const MapFigure& figure) { return toCsv(toTable(figure)); }

}  // namespace ulpscope
