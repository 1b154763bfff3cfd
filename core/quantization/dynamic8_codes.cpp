// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/dynamic8_codes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/formats/codebook_format.h"

namespace ulpscope {
namespace {

const Codebook& book() {
  static const Codebook& book = dynamic_cast<const CodebookFormat&>(*findFormat("dynamic8")).book();
  return book;
}

constexpr std::size_t kSteps = 65536;

/// The code of each step of the CPU library.
const std::array<std::uint8_t, kSteps>& stepCodes() {
  static const auto codes = [] {
    std::array<std::uint8_t, kSteps> table{};
    const auto midpoints = book().thresholds;
    for (std::size_t i = 0; i < kSteps; ++i) {
      const float r = static_cast<float>(i) * (2.0F / 65535.0F) - 1.0F;
      table[i] = static_cast<std::uint8_t>(std::ranges::lower_bound(midpoints, r) - midpoints.begin());
    }
    return table;
  }();
  return codes;
}

std::uint8_t cpuCode(const std::array<std::uint8_t, kSteps>& table, float r) {
  if (std::isnan(r)) return 0;
  const float clamped = std::clamp(r, -1.0F, 1.0F);
  return table[static_cast<std::size_t>((clamped + 1.0F) * 0.5F * 65535.0F + 0.5F)];
}

std::uint8_t cudaCode(std::span<const float, 256> values, float r) {
  std::size_t pivot = 127, above = 255, below = 0;
  for (std::size_t step = 64; step > 0; step /= 2) {
    if (r > values[pivot]) {
      below = pivot;
      pivot += step;
    } else {
      above = pivot;
      pivot -= step;
    }
  }
  if (r > values[pivot]) return static_cast<std::uint8_t>(r > (values[above] + values[pivot]) * 0.5F ? above : pivot);
  return static_cast<std::uint8_t>(r < (values[below] + values[pivot]) * 0.5F ? below : pivot);
}

}  // namespace

float maximumWithoutNan(std::span<const float> values) {
  float largest = 0;
  for (const float x : values)
    if (std::fabs(x) > largest) largest = std::fabs(x);
  return largest;
}

std::span<const float, 256> dynamic8Values() { return book().values.first<256>(); }

float encodeDynamic8(BnbPath path, std::span<const float> values, std::span<std::uint8_t> codes) {
  const float a = maximumWithoutNan(values);
  const float factor = a == 0 ? std::numeric_limits<float>::infinity() : 1.0F / a;
  if (path == BnbPath::Cuda) {
    std::ranges::transform(values, codes.begin(),
                           [&, map = dynamic8Values()](float x) { return cudaCode(map, x * factor); });
  } else if (a == 0) {
    std::ranges::fill(codes, std::uint8_t{0});
  } else {
    std::ranges::transform(values, codes.begin(), [&](float x) { return cpuCode(stepCodes(), x * factor); });
  }
  return a;
}

}  // namespace ulpscope
