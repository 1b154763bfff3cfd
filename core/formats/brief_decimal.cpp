// SPDX-License-Identifier: Apache-2.0
#include "core/formats/brief_decimal.h"

#include "core/formats/exact_decimal.h"

namespace ulpscope {
namespace {

/// Whether what follows the first `kept` digits rounds them up. The digits are canonical: a last digit is never zero,
/// so more digits after a 5 mean more than half.
bool roundsUp(const std::string& digits, std::size_t kept) {
  if (digits[kept] != '5') return digits[kept] > '5';
  const bool tie = kept + 1 == digits.size();
  return !tie || (digits[kept - 1] - '0') % 2 == 1;
}

/// Adds one in the last place; a carry out of the top leaves "1" and as many zeros.
void increment(ExactDecimal& value) {
  for (auto digit = value.digits.rbegin(); digit != value.digits.rend(); ++digit) {
    if (*digit != '9') {
      ++*digit;
      return;
    }
    *digit = '0';
  }
  value.digits.insert(value.digits.begin(), '1');
}

void dropTrailingZeros(ExactDecimal& value) {
  while (value.digits.size() > 1 && value.digits.back() == '0') {
    value.digits.pop_back();
    ++value.exponent10;
  }
}

}  // namespace

BriefDecimal briefDecimal(std::string_view number, int significantDigits) {
  const auto parsed = parseNumber(number);
  const auto kept = static_cast<std::size_t>(significantDigits);
  if (!parsed || parsed->kind != Unrounded::Kind::Finite || parsed->decimal.digits.size() <= kept)
    return {std::string(number), true};
  ExactDecimal value = parsed->decimal;
  const bool up = roundsUp(value.digits, kept);
  value.exponent10 += static_cast<int>(value.digits.size() - kept);
  value.digits.resize(kept);
  if (up) increment(value);
  dropTrailingZeros(value);
  return {toString(value), false};
}

}  // namespace ulpscope
