// SPDX-License-Identifier: Apache-2.0
#include "core/formats/arithmetic_board.h"

#include <algorithm>

namespace ulpscope {

template <class ColumnText>
std::string Board::row(const ColumnText& columnText, char point, char bar) const {
  std::string text;
  for (int weight = m_columns.top; weight >= m_columns.bottom; --weight) {
    text += columnText(weight);
    if (weight == m_columns.point && weight > m_columns.bottom) text += point;
    if (weight == m_columns.lastPlace && hasBar()) text += bar;
  }
  return text;
}

void Board::add(char sign, const ExactNumber& number, const std::string& note) {
  const auto [digits, cut] = number.digits(m_columns.bottom);
  const int first = m_columns.bottom + static_cast<int>(digits.size()) - 1;  // weight of the first digit
  const int written = std::max(first, std::min(m_columns.point, m_columns.top));
  const auto columnText = [&](int weight) {
    if (weight > written) return ' ';
    return weight > first ? '0' : digits[static_cast<std::size_t>(first - weight)];
  };
  const std::string bits = row(columnText, '.', '|');
  m_rows.push_back(std::string{sign, ' '} + bits + (cut ? "…" : " ") + (note.empty() ? "" : " " + note));
}

void Board::addLine() {
  const auto dash = [](int) { return '-'; };
  m_rows.push_back("  " + row(dash, '-', '-'));
}

void Board::addGuards() {
  if (!hasBar()) return;
  const auto mark = [this](int weight) {
    const int dropped = m_columns.lastPlace - weight;
    return dropped <= 0 ? ' ' : dropped == 1 ? 'G' : dropped == 2 ? 'R' : 'S';
  };
  m_rows.push_back("  " + row(mark, ' ', ' '));
}

std::string Board::text() const {
  std::string text;
  for (const std::string& line : m_rows) text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  return text;
}

}  // namespace ulpscope
