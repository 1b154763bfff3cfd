// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/ggml_search.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

#include "core/quantization/ggml_lanes.h"

namespace ulpscope::ggml {
namespace {

/// Rounds over the codes once a scale is found.
constexpr int kRounds = 5;

bool allFinite(std::span<const float> x) {
  return std::all_of(x.begin(), x.end(), [](float value) { return std::isfinite(value); });
}

/// sum(w x q) and sum(w q^2) of four candidates.
struct CodeSums {
  Lanes xq, qq;
};

template <bool kInRange>
CodeSums sumsOf(float half, Lanes step, std::span<const float> x, std::span<const float> w) {
  CodeSums sums{};
  for (std::size_t i = 0; i < x.size(); ++i) {
    const Lanes code = larger(smaller(nearestLanes<kInRange>(step * x[i]), allLanes(half - 1)), allLanes(-half));
    const Lanes weighted = w[i] * code;
    sums.xq += w[i] * x[i] * code;
    sums.qq += weighted * code;
  }
  return sums;
}

int clampedCode(int half, float scaled) { return std::clamp(nearestInt(scaled), -half, half - 1); }

void storeShifted(int half, float step, std::span<const float> x, std::uint8_t* shifted) {
  for (std::size_t i = 0; i < x.size(); ++i) shifted[i] = lowByte(clampedCode(half, step * x[i]) + half);
}

}  // namespace

float mainValue(std::span<const float> x) {
  float main = 0;
  for (const float value : x)
    if (std::fabs(value) > std::fabs(main)) main = value;
  return main;
}

float searchScale(int half, std::span<const float> x, std::span<const float> w, std::uint8_t* shifted) {
  assert(w.size() == x.size());
  const float m = mainValue(x);
  if (std::fabs(m) < kNothing) {
    std::fill_n(shifted, x.size(), std::uint8_t{0});
    return 0;
  }
  const auto halfCodes = static_cast<float>(half);
  constexpr std::array<int, 20> kOrder = {0, -9, -8, -7, -6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9};
  const bool finite = allFinite(x);
  float bestStep = 0;
  float scale = 0;
  float best = 0;
  for (std::size_t first = 0; first < kOrder.size(); first += kLanes) {
    Lanes step;
    for (std::size_t lane = 0; lane < kLanes; ++lane)
      step[lane] = -(halfCodes + 0.1f * static_cast<float>(kOrder[first + lane])) / m;
    const CodeSums sums = finite ? sumsOf<true>(halfCodes, step, x, w) : sumsOf<false>(halfCodes, step, x, w);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const float xq = sums.xq[lane];
      const float qq = sums.qq[lane];
      if (first + lane == 0) {
        scale = qq != 0 ? xq / qq : 0.0f;
      } else if (qq > 0 && xq * xq > best * qq) {
        scale = xq / qq;
      } else {
        continue;
      }
      best = scale * xq;
      bestStep = step[lane];
    }
  }
  storeShifted(half, bestStep, x, shifted);
  return scale;
}

void searchScales(const ScaleSearch& search, std::span<const float> x, std::span<const float> w,
                  std::span<float> scales, std::span<std::uint8_t> shifted) {
  for (std::size_t part = 0; part < scales.size(); ++part) {
    const std::size_t at = part * search.size;
    scales[part] = searchScale(search.half, x.subspan(at, search.size), w.subspan(at, search.size), &shifted[at]);
  }
}

float refineScale(int half, std::span<const float> x, std::uint8_t* shifted) {
  assert(x.size() <= kMaxPart);
  const float m = mainValue(x);
  if (std::fabs(m) < kNothing) {
    std::fill_n(shifted, x.size(), std::uint8_t{0});
    return 0;
  }
  const float step = -static_cast<float>(half) / m;
  int codes[kMaxPart];
  float xq = 0;
  float qq = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    codes[i] = clampedCode(half, step * x[i]);
    const auto code = static_cast<float>(codes[i]);
    const float w = x[i] * x[i];
    xq += w * x[i] * code;
    qq += w * code * code;
  }
  for (int round = 0; round < kRounds; ++round) {
    bool changed = false;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const float w = x[i] * x[i];
      const auto old = static_cast<float>(codes[i]);
      float otherXq = xq - w * x[i] * old;
      if (!(otherXq > 0)) continue;
      float otherQq = qq - w * old * old;
      const int code = clampedCode(half, x[i] * otherQq / otherXq);
      if (code == codes[i]) continue;
      otherXq += w * x[i] * static_cast<float>(code);
      otherQq += w * static_cast<float>(code) * static_cast<float>(code);
      if (!(otherQq > 0 && otherXq * otherXq * qq > xq * xq * otherQq)) continue;
      codes[i] = code;
      xq = otherXq;
      qq = otherQq;
      changed = true;
    }
    if (!changed) break;
  }
  for (std::size_t i = 0; i < x.size(); ++i) shifted[i] = lowByte(codes[i] + half);
  return qq > 0 ? xq / qq : 0.0f;
}

namespace {

/// The one of nine scales that leaves the smallest weighted error.
float bestPartStep(int largest, float max, std::span<const float> x, std::span<const float> w) {
  const auto top = static_cast<float>(largest);
  float bestStep = top / max;
  float least = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const float difference = x[i] - 1 / bestStep * static_cast<float>(lowByte(nearestInt(bestStep * x[i])));
    least += w[i] * difference * difference;
  }
  for (int k = -4; k <= 4; ++k) {
    if (k == 0) continue;
    const float step = (0.1f * static_cast<float>(k) + top) / max;
    const float scale = 1 / step;
    float error = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const float difference = x[i] - scale * static_cast<float>(std::min(largest, nearestInt(step * x[i])));
      error += w[i] * difference * difference;
    }
    if (error < least) {
      least = error;
      bestStep = step;
    }
  }
  return bestStep;
}

}  // namespace

float searchParts(int largest, std::span<const float> x, std::span<const float> w, std::uint8_t* codes) {
  float max = 0;
  for (const float value : x) max = max > value ? max : value;  // a NaN is forgotten with the next value
  if (max < kNothing) {
    std::fill_n(codes, x.size(), std::uint8_t{0});
    return 0;
  }
  const float step = bestPartStep(largest, max, x, w);
  float xq = 0;
  float qq = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const int code = std::min(largest, nearestInt(step * x[i]));
    codes[i] = lowByte(code);
    xq += w[i] * x[i] * static_cast<float>(code);
    qq += w[i] * static_cast<float>(code) * static_cast<float>(code);
  }
  for (int round = 0; round < kRounds; ++round) {
    bool changed = false;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto old = static_cast<float>(codes[i]);
      float otherXq = xq - w[i] * x[i] * old;
      float otherQq = qq - w[i] * old * old;
      if (!(otherXq > 0 && otherQq > 0)) continue;
      const int code = std::min(largest, nearestInt(x[i] * otherQq / otherXq));
      if (code == codes[i]) continue;
      otherXq += w[i] * x[i] * static_cast<float>(code);
      otherQq += w[i] * static_cast<float>(code) * static_cast<float>(code);
      if (!(otherXq * otherXq * qq > xq * xq * otherQq)) continue;
      codes[i] = lowByte(code);
      xq = otherXq;
      qq = otherQq;
      changed = true;
    }
    if (!changed) break;
  }
  return qq > 0 ? xq / qq : 0.0f;
}

}  // namespace ulpscope::ggml
