// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/gptq_fallback.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/quantization/torch_sum.h"

namespace ulpscope {
namespace {

constexpr float kLeast = 1e-8f;
constexpr float kDeviations = 3;

/// NaN passes, as in torch's clamp.
float atLeast(float value, float least) { return value < least ? least : value; }
float clampCode(float code, float largest) { return code < 0 ? 0 : code > largest ? largest : code; }

bool holdsNan(std::span<const float> values) {
  return std::ranges::any_of(values, [](float x) { return std::isnan(x); });
}

float medianOf(std::span<const float> values) {
  std::vector<float> sorted(values.begin(), values.end());
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>((sorted.size() - 1) / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  return *middle;
}

/// torch.std without Bessel's correction: Welford's sums in double, value by value.
float deviationOf(std::span<const float> values) {
  double mean = 0, squares = 0, count = 0;
  for (const float x : values) {
    const double distance = double{x} - mean;
    mean += distance / ++count;
    squares += distance * (double{x} - mean);
  }
  return static_cast<float>(std::sqrt(squares / count));
}

float farthestFrom(float middle, std::span<const float> values) {
  float farthest = 0;
  for (const float x : values) farthest = std::max(farthest, std::fabs(x - middle));
  return farthest;
}

/// Codes of x - middle around the middle of the grid; the zero point moves the middle back.
GptqScale around(float middle, float scale, const GptqGrid& grid, std::span<const float> values,
                 std::span<float> codes) {
  const float half = grid.largest / 2;
  for (std::size_t i = 0; i < values.size(); ++i)
    codes[i] = clampCode(std::rint((values[i] - middle) / scale + half), grid.largest);
  return {scale, clampCode(std::rint(half - middle / scale), grid.largest)};
}

GptqScale byDeviation(const GptqGrid& grid, std::span<const float> values, std::span<float> codes) {
  const float mean = torchMean(values);
  const float reach = kDeviations * atLeast(deviationOf(values), kLeast);
  const float low = mean - reach;
  const float scale = atLeast((mean + reach - low) / grid.largest, kLeast);
  const float zero = clampCode(std::rint(-low / scale), grid.largest);
  for (std::size_t i = 0; i < values.size(); ++i)
    codes[i] = clampCode(std::rint(values[i] / scale + zero), grid.largest);
  return {scale, zero};
}

}  // namespace

GptqScale roundWithoutInputs(GptqFallback fallback, const GptqGrid& grid, std::span<const float> values,
                             std::span<float> codes) {
  if (fallback == GptqFallback::Nearest) {
    const GptqScale scale = findScale(grid, values);
    for (std::size_t i = 0; i < values.size(); ++i) codes[i] = roundTo(grid, scale, values[i]).code;
    return scale;
  }
  if (holdsNan(values)) {
    constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
    std::ranges::fill(codes, kNan);
    return {kNan, kNan};
  }
  if (fallback == GptqFallback::Deviation) return byDeviation(grid, values, codes);
  if (fallback == GptqFallback::Midpoint) {
    const auto [least, most] = std::ranges::minmax(values);
    return around((most + least) / 2, atLeast((most - least) / grid.largest, kLeast), grid, values, codes);
  }
  const float middle = fallback == GptqFallback::Mean ? torchMean(values) : medianOf(values);
  return around(middle, 2 * atLeast(farthestFrom(middle, values), kLeast) / grid.largest, grid, values, codes);
}

}  // namespace ulpscope
