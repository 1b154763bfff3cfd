// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/gptq_grid.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ulpscope {
namespace {

constexpr int kSearchSteps = 80;  ///< of int(maxshrink * grid) = int(0.8 * 100)
constexpr double kSearchGrid = 100;
constexpr float kSearchNorm = 2.4f;

struct Range {
  float low = 0;
  float high = 0;
};

/// NaN spreads, as it does in torch's min and max.
Range rangeOf(std::span<const float> values) {
  Range range;
  for (const float x : values) {
    if (std::isnan(x)) return {x, x};
    range.low = std::min(range.low, x);
    range.high = std::max(range.high, x);
  }
  return range;
}

float errorSum(const GptqGrid& grid, const GptqScale& scale, std::span<const float> values) {
  float sum = 0;
  for (const float x : values) sum += std::pow(std::fabs(roundTo(grid, scale, x).value - x), kSearchNorm);
  return sum;
}

}  // namespace

GptqRounded roundTo(const GptqGrid& grid, const GptqScale& scale, float x) {
  const float code = std::rint(x / scale.scale) + scale.zero;
  const float held = code < 0 ? 0 : code > grid.largest ? grid.largest : code;  // torch.clamp lets NaN through
  return {held, scale.scale * (held - scale.zero)};
}

GptqScale findScale(const GptqGrid& grid, std::span<const float> values) {
  auto [low, high] = rangeOf(values);
  if (grid.symmetric) {
    high = std::max(std::fabs(low), high);
    if (low < 0) low = -high;
  }
  if (low == 0 && high == 0) {
    low = -1;
    high = 1;
  }
  const float middle = (grid.largest + 1) / 2;
  GptqScale best{(high - low) / grid.largest, middle};
  if (!grid.symmetric) best.zero = std::rint(-low / best.scale);
  if (!grid.searches) return best;

  float least = std::numeric_limits<float>::infinity();
  for (int step = 0; step < kSearchSteps; ++step) {
    // The share is a Python float, rounded to float32 where it meets a tensor.
    const auto share = static_cast<float>(1 - static_cast<double>(step) / kSearchGrid);
    const float shrunkLow = share * low;
    GptqScale tried{(share * high - shrunkLow) / grid.largest, middle};
    if (!grid.symmetric) tried.zero = std::rint(-shrunkLow / tried.scale);
    const float error = errorSum(grid, tried, values);
    if (error < least) {
      least = error;
      best = tried;
    }
  }
  return best;
}

}  // namespace ulpscope
