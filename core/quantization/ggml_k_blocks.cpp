// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/ggml_k_blocks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/backend/backend.h"
#include "core/quantization/ggml_numbers.h"

namespace ulpscope::ggml {
namespace {

constexpr std::uint64_t kBlocksAtOnce = 16;
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

/// Blocks on their way, with what is known of their parts.
struct Blocks {
  std::vector<MinimumFit> fits;
  std::vector<float> weights;      ///< one a value, where an importance is given
  std::vector<float> partWeights;  ///< their sums
};

void weighBlock(const MinimumType& type, const RunInput& run, std::span<float> weights, std::span<float> sums) {
  const std::size_t part = type.block.part;
  const float sigma2 = type.sigmaFactor * sumOfSquares(run.values) / static_cast<float>(kBlock);
  weigh(run.values, run.importance, sigma2, weights);
  for (std::size_t at = 0; at < kBlock; at += part) {
    const auto begin = weights.begin() + static_cast<std::ptrdiff_t>(at);
    sums[at / part] = std::accumulate(begin, begin + static_cast<std::ptrdiff_t>(part), 0.0f);
  }
}

void codeAboveMinimum(int largest, float scale, float minimum, std::span<const float> x,
                      std::span<std::uint8_t> codes) {
  for (std::size_t i = 0; i < x.size(); ++i)
    codes[i] = static_cast<std::uint8_t>(std::clamp(nearestInt((x[i] + minimum) / scale), 0, largest));
}

void encodeBlock(const MinimumType& type, const RunInput& run, std::span<const MinimumFit> fits,
                 std::span<const float> partWeights, const RunCodes& out) {
  const std::size_t part = type.block.part;
  const std::size_t parts = fits.size();
  std::array<float, kMaxParts> fitted;
  const auto integers = [&](float MinimumFit::* number) {
    std::ranges::transform(fits, fitted.begin(), [&](const MinimumFit& fit) { return fit.*number; });
    const auto numbers = std::span<const float>(fitted).first(parts);
    return partWeights.empty() ? fromLargest(type, numbers) : searched(type.largestScale, numbers, partWeights);
  };
  const PartScales scales = integers(&MinimumFit::scale);
  const PartScales minimums = integers(&MinimumFit::minimum);

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
    const auto x = run.values.subspan(p * part, part);
    const auto codes = out.codes.subspan(p * part, part);
    if (scale == 0)
      codeFit(fits[p], type.largest, x, codes.data());
    else
      codeAboveMinimum(type.largest, scale, minimum, x, codes);
    out.stored[p].scale = scale;
    out.stored[p].offset = -minimum;
  }
  type.putCodes(out.codes, packed);
}

/// Consecutive blocks: their parts are searched together.
Result<> encodeBlocks(const MinimumType& type, const Backend& backend, std::span<const RunInput> runs,
                      std::span<const RunCodes> out) {
  const std::size_t parts = kBlock / type.block.part;
  const bool hasImportance = !runs.front().importance.empty();
  Blocks blocks;
  blocks.fits.resize(runs.size() * parts);
  if (hasImportance) {
    blocks.weights.resize(runs.size() * kBlock);
    blocks.partWeights.resize(runs.size() * parts);
    for (std::size_t i = 0; i < runs.size(); ++i)
      weighBlock(type, runs[i], std::span(blocks.weights).subspan(i * kBlock, kBlock),
                 std::span(blocks.partWeights).subspan(i * parts, parts));
  }
  const MinimumSearch search{.largest = type.largest,
                             .grid = hasImportance ? kImportanceGrid : type.grid,
                             .size = type.block.part,
                             .weighing = hasImportance ? Weighing::Given : type.weighing};
  if (auto done =
          backend.searchMinima(search, {runs.front().values.data(), runs.size() * kBlock}, blocks.weights, blocks.fits);
      !done)
    return done;
  for (std::size_t i = 0; i < runs.size(); ++i)
    encodeBlock(
        type, runs[i], std::span(blocks.fits).subspan(i * parts, parts),
        hasImportance ? std::span<const float>(blocks.partWeights).subspan(i * parts, parts) : std::span<const float>(),
        out[i]);
  return {};
}

}  // namespace

RunPlan minimumPlan(const MinimumType& type) {
  RunPlan plan = planOf(type.block, {});
  plan.runsAtOnce = kBlocksAtOnce;
  plan.encodeMany = [type](const Backend& backend, std::span<const RunInput> runs, std::span<const RunCodes> out) {
    return encodeBlocks(type, backend, runs, out);
  };
  return plan;
}

float sumOfSquares(std::span<const float> x) {
  float sum = 0;
  for (const float value : x) sum += value * value;
  return sum;
}

void codeAnew(int half, float scale, std::span<const float> x, std::span<std::uint8_t> shifted) {
  if (scale == 0) return;
  for (std::size_t i = 0; i < x.size(); ++i)
    shifted[i] = static_cast<std::uint8_t>(std::clamp(nearestInt(x[i] / scale), -half, half - 1) + half);
}

}  // namespace ulpscope::ggml
