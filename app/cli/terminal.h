// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string>
#include <string_view>

#include "core/report/table.h"

namespace ulpscope {

/// What the standard output can show. Colours and wrapping are for people: a pipe gets neither.
class Terminal {
 public:
  /// Of a file descriptor; NO_COLOR in the environment turns colours off.
  static Terminal of(int descriptor);

  bool isTerminal() const { return m_isTerminal; }

  std::string strong(std::string_view text) const { return styled(text, "1"); }
  std::string muted(std::string_view text) const { return styled(text, "2"); }
  std::string sign(std::string_view text) const { return styled(text, "31"); }
  std::string regime(std::string_view text) const { return styled(text, "35"); }
  std::string exponent(std::string_view text) const { return styled(text, "32"); }
  std::string fraction(std::string_view text) const { return styled(text, "34"); }
  std::string outlier(std::string_view text) const { return styled(text, "33"); }

  /// Words broken at the width of the terminal, lines after the first indented. A pipe gets them unbroken.
  std::string wrapped(std::string_view text, std::size_t indent) const;

  /// Columns two spaces apart; `alignment` has an 'l' or 'r' for each. Too wide for a terminal, the first column is
  /// shortened in the middle.
  std::string table(const Table& table, std::string_view alignment) const;

 private:
  std::string styled(std::string_view text, std::string_view code) const;

  bool m_isTerminal = false;
  bool m_hasColour = false;
  std::size_t m_width = 100;
};

}  // namespace ulpscope
