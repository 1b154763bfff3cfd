// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/ggml_k_blocks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/quantization/ggml_numbers.h"

namespace ulpscope::ggml {
namespace {

constexpr StepGrid kImportanceGrid{.first = -0.9f, .spacing = 0.05f, .last = 36};

/// The integers of the parts and the unit that they count.
struct PartScales {
  std::array<std::uint8_t, kMaxParts> codes;
  float unit;
};

PartScales fromLargest(const MinimumType& type, std::span<const float> scales) {
  const auto top = static_cast<float>(type.largestScale);
  const int cap = type.capped ? type.largestScale : 255;
  float most = 0;
  for (const float scale : scales)
    if (scale > most) most = scale;
  const float factor = most > 0 ? top / most : 0.0f;
  PartScales result{.codes = {}, .unit = most / top};
  for (std::size_t part = 0; part < scales.size(); ++part)
    result.codes[part] = lowByte(std::min<int>(cap, lowByte(nearestInt(factor * scales[part]))));
  return result;
}

PartScales searched(int largest, std::span<const float> scales, std::span<const float> weights) {
  PartScales result{};
  result.unit = searchParts(largest, scales, weights, result.codes.data());
  return result;
}

/// One block on its way.
struct Block {
  std::array<ScaleAndMinimum, kMaxParts> fits;
  std::array<float, kBlock> weights;
  std::array<float, kMaxParts> scales, minimums, partWeights;
};

void weighBlock(const MinimumType& type, const RunInput& run, Block& block) {
  const std::size_t part = type.block.part;
  const std::span<float> weights(block.weights);
  if (run.importance.empty()) {
    for (std::size_t at = 0; at < kBlock; at += part)
      type.weigh(run.values.subspan(at, part), weights.subspan(at, part));
    return;
  }
  const float sigma2 = type.sigmaFactor * sumOfSquares(run.values) / static_cast<float>(kBlock);
  weigh(run.values, run.importance, sigma2, weights);
  for (std::size_t at = 0; at < kBlock; at += part) {
    const auto begin = weights.begin() + static_cast<std::ptrdiff_t>(at);
    block.partWeights[at / part] = std::accumulate(begin, begin + static_cast<std::ptrdiff_t>(part), 0.0f);
  }
}

void codeAboveMinimum(int largest, float scale, float minimum, std::span<const float> x,
                      std::span<std::uint8_t> codes) {
  if (scale == 0) return;
  for (std::size_t i = 0; i < x.size(); ++i)
    codes[i] = static_cast<std::uint8_t>(std::clamp(nearestInt((x[i] + minimum) / scale), 0, largest));
}

void encodeBlock(const MinimumType& type, const RunInput& run, const RunCodes& out) {
  const std::size_t part = type.block.part;
  const std::size_t parts = kBlock / part;
  const bool hasImportance = !run.importance.empty();
  Block block;
  weighBlock(type, run, block);
  searchMinima(type.largest, hasImportance ? kImportanceGrid : type.grid, part, run.values, block.weights,
               std::span(block.fits).first(parts), out.codes.data());
  for (std::size_t p = 0; p < parts; ++p) {
    block.scales[p] = block.fits[p].scale;
    block.minimums[p] = block.fits[p].minimum;
  }
  const auto integers = [&](std::span<const float> numbers) {
    return hasImportance ? searched(type.largestScale, numbers, std::span(block.partWeights).first(parts))
                         : fromLargest(type, numbers);
  };
  const PartScales scales = integers(std::span(block.scales).first(parts));
  const PartScales minimums = integers(std::span(block.minimums).first(parts));

  std::byte* const packed = out.packed.data();
  const std::uint16_t d = halfCode(scales.unit);
  const std::uint16_t dmin = halfCode(minimums.unit);
  putWord(d, packed + type.wordsAt);
  putWord(dmin, packed + type.wordsAt + 2);
  type.putScales(std::span(scales.codes).first(parts), std::span(minimums.codes).first(parts), packed);
  for (std::size_t p = 0; p < parts; ++p) {
    const PartCodes stored = type.scalesAt(packed, p);
    const float scale = halfValue(d) * static_cast<float>(stored.scale);
    const float minimum = halfValue(dmin) * static_cast<float>(stored.minimum);
    codeAboveMinimum(type.largest, scale, minimum, run.values.subspan(p * part, part),
                     out.codes.subspan(p * part, part));
    out.stored[p].scale = scale;
    out.stored[p].offset = -minimum;
  }
  type.putCodes(out.codes, packed);
}

}  // namespace

RunPlan minimumPlan(const MinimumType& type) {
  return planOf(type.block, [type](const RunInput& run, const RunCodes& out) { encodeBlock(type, run, out); });
}

float sumOfSquares(std::span<const float> x) {
  float sum = 0;
  for (const float value : x) sum += value * value;
  return sum;
}

void weighAboveMean(std::span<const float> part, std::span<float> weights) {
  const float root = std::sqrt(sumOfSquares(part) / static_cast<float>(part.size()));
  for (std::size_t i = 0; i < part.size(); ++i) weights[i] = root + std::fabs(part[i]);
}

void codeAnew(int half, float scale, std::span<const float> x, std::span<std::uint8_t> shifted) {
  if (scale == 0) return;
  for (std::size_t i = 0; i < x.size(); ++i)
    shifted[i] = static_cast<std::uint8_t>(std::clamp(nearestInt(x[i] / scale), -half, half - 1) + half);
}

}  // namespace ulpscope::ggml
