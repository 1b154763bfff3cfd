// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

namespace ulpscope {

struct BriefDecimal {
  std::string text;
  bool exact;  ///< nothing was cut off
};

/// A decimal, as toString(ExactDecimal) writes it, with at most `significantDigits` (at least 1) digits, rounded to
/// nearest, ties to even. Text that is no number ("inf", "nan", "") comes back as it is.
BriefDecimal briefDecimal(std::string_view number, int significantDigits);

}  // namespace ulpscope
