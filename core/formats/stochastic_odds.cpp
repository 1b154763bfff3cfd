// SPDX-License-Identifier: Apache-2.0
#include "core/formats/stochastic_odds.h"

#include <cmath>

#include "core/formats/value_text.h"

namespace ulpscope {

double StochasticOdds::probabilityUpper() const { return std::ldexp(static_cast<double>(drawsUpper), -count); }

StochasticOdds stochasticOdds(const Unrounded& number, const NumberFormat& format, Overflow overflow, int count) {
  const auto codeOfDraw = [&](std::uint64_t draw) {
    return format.encode(number, RoundingChoice(Rounding::Stochastic, {draw, count}), overflow).code;
  };
  const std::uint64_t draws = std::uint64_t{1} << count;
  const std::uint64_t first = codeOfDraw(0);
  const std::uint64_t last = codeOfDraw(draws - 1);
  if (first == last) return {.lower = first, .upper = first, .count = count};
  // The outcome changes once as the draw grows: of [low, high), draws below `low` give `first`, from `high` on `last`.
  std::uint64_t low = 1;
  std::uint64_t high = draws - 1;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (codeOfDraw(middle) == first)
      low = middle + 1;
    else
      high = middle;
  }
  const bool firstIsUpper = toDouble(format.decode(first)) > toDouble(format.decode(last));
  if (firstIsUpper) return {.lower = last, .upper = first, .drawsUpper = low, .count = count};
  return {.lower = first, .upper = last, .drawsUpper = draws - low, .count = count};
}

}  // namespace ulpscope
