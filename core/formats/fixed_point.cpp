// SPDX-License-Identifier: Apache-2.0
#include "core/formats/fixed_point.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace ulpscope {

std::int32_t saturatingRoundingDoublingHighMul(std::int32_t a, std::int32_t b) {
  using Limits = std::numeric_limits<std::int32_t>;
  if (a == Limits::min() && b == Limits::min()) return Limits::max();
  const std::int64_t product = std::int64_t{a} * b;
  const std::int64_t nudge = product >= 0 ? std::int64_t{1} << 30 : 1 - (std::int64_t{1} << 30);
  return static_cast<std::int32_t>((product + nudge) / (std::int64_t{1} << 31));
}

std::int32_t roundingDivideByPot(std::int32_t x, int exponent) {
  assert(exponent >= 0 && exponent <= 31);
  const std::int64_t mask = (std::int64_t{1} << exponent) - 1;
  const std::int64_t remainder = x & mask;
  const std::int64_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return static_cast<std::int32_t>((std::int64_t{x} >> exponent) + (remainder > threshold ? 1 : 0));
}

FixedPointMultiplier fixedPointMultiplier(double real) {
  assert(real >= 0 && std::isfinite(real));
  if (real == 0) return {};
  FixedPointMultiplier result;
  const double significand = std::frexp(real, &result.shift);  // in [0.5, 1)
  auto fixed = static_cast<std::int64_t>(std::round(significand * 0x1p31));
  if (fixed == std::int64_t{1} << 31) {
    fixed /= 2;
    ++result.shift;
  }
  if (result.shift < -31) return {};
  if (result.shift > 30) return {.multiplier = std::numeric_limits<std::int32_t>::max(), .shift = 30};
  result.multiplier = static_cast<std::int32_t>(fixed);
  return result;
}

std::int32_t multiplyByFixedPoint(std::int32_t x, FixedPointMultiplier factor) {
  const int left = std::max(factor.shift, 0);
  const auto shifted = static_cast<std::int32_t>(std::int64_t{x} * (std::int64_t{1} << left));
  return roundingDivideByPot(saturatingRoundingDoublingHighMul(shifted, factor.multiplier), left - factor.shift);
}

}  // namespace ulpscope
