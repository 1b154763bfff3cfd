// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "core/formats/exact_number.h"

namespace ulpscope {

/// Binary numbers one under the other, weight by weight, as on a blackboard:
///
///       1.0000000000|0  × 2¹¹  2048
///     + 0.0000000000|1  × 2¹¹  1
///       --------------
///       1.0000000000|1  × 2¹¹  2049
///                    G
class Board {
 public:
  struct Columns {
    int top;        ///< weight of the first column; columns above the point that are not needed stay blank
    int bottom;     ///< weight of the last one; what is below it is told by an ellipsis
    int point;      ///< the binary point is behind this weight
    int lastPlace;  ///< the bar is behind this weight, if there are columns to its right
  };

  explicit Board(const Columns& columns) : m_columns(columns) {}

  void add(char sign, const ExactNumber& number, const std::string& note);
  void addLine();
  /// "G", "R" and "S" under the columns that fall off, where there are any.
  void addGuards();

  /// Lines, the last one ended too.
  std::string text() const;

 private:
  bool hasBar() const { return m_columns.bottom < m_columns.lastPlace && m_columns.lastPlace <= m_columns.top; }
  template <class ColumnText>
  std::string row(const ColumnText& columnText, char point, char bar) const;

  Columns m_columns;
  std::vector<std::string> m_rows;
};

}  // namespace ulpscope
