// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/fbgemm_rows.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace ulpscope {
namespace {

constexpr std::size_t kLanes = 8;
/// Near binary16's smallest normal value.
constexpr float kSmallScale = 6.1e-5F;

/// MINPS and MAXPS: the second operand where they cannot be compared.
float laneMin(float a, float b) { return a < b ? a : b; }
float laneMax(float a, float b) { return a > b ? a : b; }

/// 1 << exponent as a 32-bit shift has it: modulo 32, and into the sign.
std::int32_t shiftedOne(double exponent) {
  const auto places = static_cast<std::uint32_t>(roundToInt32(exponent)) & 31U;
  return static_cast<std::int32_t>(1U << places);
}

float toPowerOfTwo(float scale) {
  if (scale < 1) return static_cast<float>(1.0 / shiftedOne(std::floor(std::log2(1.0 / double{scale}))));
  return static_cast<float>(shiftedOne(std::ceil(std::log2(scale))));
}

/// Widens the range to what the raised scale covers.
void widenTo(float oldScale, int steps, RowRange& range) {
  if (range.min == 0) {
    range.max = kSmallScale * static_cast<float>(steps);
  } else if (range.max == 0) {
    range.min = -kSmallScale * static_cast<float>(steps);
  } else {
    const float factor = kSmallScale / oldScale;
    range.min *= factor;
    range.max *= factor;
  }
}

/// From the end of the range with the smaller terms.
double zeroPointOf(RowRange range, float scale, const FbgemmChoice& choice) {
  const double fromMin = range.min / double{scale};
  const double fromMax = range.max / double{scale};
  const bool minIsBetter = std::abs(choice.low) + std::fabs(fromMin) < std::abs(choice.high) + std::fabs(fromMax);
  return minIsBetter ? choice.low - fromMin : choice.high - fromMax;
}

}  // namespace

RowRange rangeInLanes(std::span<const float> values, float start, bool mirrored) {
  RowRange range{start, mirrored ? -start : start};
  std::array<float, kLanes> low;
  std::array<float, kLanes> high;
  low.fill(range.min);
  high.fill(range.max);
  const std::size_t whole = values.size() / kLanes * kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes)
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      low[lane] = laneMin(low[lane], values[i + lane]);
      high[lane] = laneMax(high[lane], values[i + lane]);
    }
  const auto take = [&range](float smallest, float largest) {
    range.min = std::min(range.min, smallest);
    range.max = std::max(range.max, largest);
  };
  for (std::size_t lane = 0; lane < kLanes && whole != 0; ++lane) take(low[lane], high[lane]);
  for (const float x : values.subspan(whole)) take(x, x);
  return range;
}

std::int32_t roundToInt32(double x) {
  const double rounded = std::nearbyint(x);
  if (!(rounded >= -0x1p31 && rounded < 0x1p31)) return std::numeric_limits<std::int32_t>::min();
  return static_cast<std::int32_t>(rounded);
}

AffineScale chooseFbgemmScale(RowRange range, const FbgemmChoice& choice) {
  const int steps = choice.high - choice.low;
  const auto isTwoSided = [&range] { return range.min < 0 && range.max > 0; };
  if (choice.preserveSparsity && isTwoSided()) {
    const int low = -(steps / 2 + 1);
    const int high = steps / 2;
    const double step =
        std::max(std::fabs(range.min / static_cast<float>(low)), std::fabs(range.max / static_cast<float>(high)));
    range = {static_cast<float>(step * low), static_cast<float>(step * high)};
  }
  range = {std::min(range.min, 0.0F), std::max(range.max, 0.0F)};

  auto scale = static_cast<float>((double{range.max} - double{range.min}) / steps);
  if (scale == 0 || std::isinf(1 / scale)) scale = 0.1F;
  if (choice.powerOfTwo) scale = toPowerOfTwo(scale);
  if (choice.raiseSmall && scale < kSmallScale) {
    widenTo(scale, steps, range);
    scale = kSmallScale;
  }
  double zeroPoint = zeroPointOf(range, scale, choice);
  if (choice.preserveSparsity && isTwoSided()) zeroPoint = (choice.low + choice.high) / 2.0;
  if (zeroPoint < choice.low) return {scale, choice.low};
  if (zeroPoint > choice.high) return {scale, choice.high};
  return {scale, roundToInt32(zeroPoint)};
}

void encodeFbgemm(std::span<const float> values, AffineScale scale, const FbgemmChoice& choice,
                  std::span<std::uint8_t> codes) {
  constexpr float kLargest = 2147483520.0F;  // the float below 2^31
  const float factor = 1 / scale.scale;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::int64_t n = roundToInt32(laneMin(values[i] * factor, kLargest));
    // Sums wrap as PADDD's do.
    const auto sum = static_cast<std::int32_t>(static_cast<std::uint32_t>(n + scale.zeroPoint));
    codes[i] = static_cast<std::uint8_t>(std::clamp(sum, choice.low, choice.high));
  }
}

}  // namespace ulpscope
