// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace ulpscope {

// Requantization in integers alone, as gemmlowp (fixedpoint/fixedpoint.h) and TensorFlow Lite
// (lite/kernels/internal/common.h) do it.

/// round(a * b / 2^31) with ties away from zero for positive products and toward it for negative ones; the one product
/// that does not fit, of twice -2^31, is 2^31 - 1.
std::int32_t saturatingRoundingDoublingHighMul(std::int32_t a, std::int32_t b);

/// round(x / 2^exponent), ties away from zero. Precondition: 0 <= exponent <= 31.
std::int32_t roundingDivideByPot(std::int32_t x, int exponent);

/// A real multiplier as multiplier / 2^31 * 2^shift, with multiplier in [2^30, 2^31), or 0.
struct FixedPointMultiplier {
  std::int32_t multiplier = 0;
  int shift = 0;  ///< to the left where positive

  friend bool operator==(const FixedPointMultiplier&, const FixedPointMultiplier&) = default;
};

/// The nearest one, ties away from zero; a multiplier that rounds to 2^31 is halved and its shift raised. Below 2^-32
/// it is zero, beyond 2^30 the largest. Precondition: real >= 0 and finite.
FixedPointMultiplier fixedPointMultiplier(double real);

/// x times the multiplier, rounded in two steps: to the high half of the product, then to the shifted place.
/// Precondition: x * 2^shift fits in 32 bits where shift is positive.
std::int32_t multiplyByFixedPoint(std::int32_t x, FixedPointMultiplier factor);

}  // namespace ulpscope
