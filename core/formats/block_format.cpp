// SPDX-License-Identifier: Apache-2.0
#include "core/formats/block_format.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <utility>

#include "core/formats/limits.h"
#include "core/formats/mx_scale.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

constexpr std::array kMxModes{ScaleMode::Floor, ScaleMode::Ceil, ScaleMode::Even, ScaleMode::Rceil};
constexpr std::array kNvModes{ScaleMode::Plain, ScaleMode::FourOverSix};

constexpr std::array<std::pair<ScaleMode, std::string_view>, 6> kModeIds{{{ScaleMode::Floor, "floor"},
                                                                          {ScaleMode::Ceil, "ceil"},
                                                                          {ScaleMode::Even, "even"},
                                                                          {ScaleMode::Rceil, "rceil"},
                                                                          {ScaleMode::Plain, "plain"},
                                                                          {ScaleMode::FourOverSix, "four_over_six"}}};

// NVFP4's constants.
constexpr float kLargestFp4 = 6;
constexpr float kSmallestScale = 0x1p-6f;  ///< of the normal values of UE4M3, to which torchao clamps
constexpr float kLargestScale = 448;
constexpr float kLargestScaleOfSix = 256;  ///< times 1.5 is 384, a value of UE4M3

BlockFormat mx(std::string_view id, std::string_view title, std::string_view name, std::string_view element,
               int elementExponent = 0) {
  return {.id = id,
          .title = title,
          .name = name,
          .blockSize = 32,
          .element = findFormat(element),
          .elementExponent = elementExponent,
          .scale = findFormat("float8_e8m0fnu"),
          .hasTensorScale = false,
          .modes = kMxModes,
          .source = "OCP Microscaling Formats 1.0; scale modes as torchao 0.18 mx_tensor.py"};
}

void findLargest(QuantizedBlock& block, std::span<const float> values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float magnitude = std::fabs(values[i]);
    if (!(magnitude > block.largest) && !(std::isnan(magnitude) && !std::isnan(block.largest))) continue;
    block.largest = magnitude;
    block.largestAt = i;
  }
}

void makeNan(QuantizedBlock& block, std::span<const float> values) {
  const Unrounded nan{.kind = Unrounded::Kind::Nan};
  block.scaleCode = block.format->scale->encode(nan, Rounding::NearestEven, Overflow::Format).code;
  block.scale = kNan;
  for (const float input : values) block.elements.push_back({input, kNan, {.code = 0, .exact = false}, kNan, kNan});
}

/// Rounds `scaled` to the element format; `unit` is what its value 1 is worth.
BlockElement quantizeElement(const BlockFormat& format, float input, double scaled, double unit, bool inFloat) {
  const double inUnits = std::ldexp(scaled, -format.elementExponent);
  const Encoded outcome = format.element->encode(unrounded(inUnits), Rounding::NearestEven, Overflow::Saturate);
  const double value = std::ldexp(toDouble(format.element->decode(outcome.code)), format.elementExponent);
  const double restored = inFloat ? double{static_cast<float>(value) * static_cast<float>(unit)} : value * unit;
  return {input, scaled, outcome, restored, std::isfinite(input) ? restored - double{input} : kNan};
}

double sumOfSquares(const std::vector<BlockElement>& elements) {
  double sum = 0;
  for (const BlockElement& element : elements)
    if (std::isfinite(element.error)) sum += element.error * element.error;
  return sum;
}

void quantizeMx(QuantizedBlock& block, std::span<const float> values) {
  constexpr int kBias = 127;
  const BlockFormat& format = *block.format;
  if (std::isnan(block.largest)) return makeNan(block, values);
  const int exponent = MxScaleRule(format, block.mode).exponentFor(block.largest);
  block.scaleCode = static_cast<std::uint64_t>(exponent + kBias);
  block.scale = std::ldexp(1.0, exponent);
  for (const float input : values)
    block.elements.push_back(quantizeElement(format, input, std::ldexp(double{input}, -exponent), block.scale, false));
  block.squaredError = sumOfSquares(block.elements);
}

/// With the block's maximum at 6, or at 4 where `factor` is 1.5.
void quantizeNv(QuantizedBlock& block, std::span<const float> values, float factor) {
  const BlockFormat& format = *block.format;
  if (!std::isfinite(block.largest)) return makeNan(block, values);
  const float t = block.tensorScale;
  const float wanted = std::clamp(block.largest / kLargestFp4 / t * factor, kSmallestScale, kLargestScale);
  block.scaleCode = format.scale->encode(unrounded(wanted), Rounding::NearestEven, Overflow::Saturate).code;
  const auto s = static_cast<float>(toDouble(format.scale->decode(block.scaleCode)));
  block.scale = s;
  const float reciprocal = 1.0F / t / s;
  for (const float input : values) {
    const float scaled = std::clamp(input * reciprocal, -kLargestFp4, kLargestFp4);
    block.elements.push_back(quantizeElement(format, input, scaled, t * s, true));
  }
  block.squaredError = sumOfSquares(block.elements);
}

}  // namespace

double BlockFormat::largestElement() const {
  return std::ldexp(toDouble(element->decode(limitsOf(*element).largest)), elementExponent);
}

int BlockFormat::largestExponent() const { return std::ilogb(largestElement()); }

std::span<const BlockFormat> blockFormats() {
  static const std::array formats{
      mx("mxfp8_e4m3", "MXFP8 E4M3", "OCP MXFP8, elements E4M3", "float8_e4m3fn"),
      mx("mxfp8_e5m2", "MXFP8 E5M2", "OCP MXFP8, elements E5M2", "float8_e5m2"),
      mx("mxfp6_e3m2", "MXFP6 E3M2", "OCP MXFP6, elements E3M2", "float6_e3m2fn"),
      mx("mxfp6_e2m3", "MXFP6 E2M3", "OCP MXFP6, elements E2M3", "float6_e2m3fn"),
      mx("mxfp4", "MXFP4", "OCP MXFP4, elements E2M1", "float4_e2m1fn"),
      mx("mxint8", "MXINT8", "OCP MXINT8, elements INT8 in units of 2^-6", "int8", -6),
      BlockFormat{.id = "nvfp4",
                  .title = "NVFP4",
                  .name = "NVIDIA NVFP4, elements E2M1",
                  .blockSize = 16,
                  .element = findFormat("float4_e2m1fn"),
                  .elementExponent = 0,
                  .scale = findFormat("float8_ue4m3"),
                  .hasTensorScale = true,
                  .modes = kNvModes,
                  .source = "torchao 0.18 nvfp4_tensor.py; four over six: arXiv 2512.02010"}};
  return formats;
}

const BlockFormat* findBlockFormat(std::string_view id) {
  const auto found = std::ranges::find(blockFormats(), id, &BlockFormat::id);
  return found == blockFormats().end() ? nullptr : &*found;
}

std::string_view idOf(ScaleMode mode) {
  return std::ranges::find(kModeIds, mode, [](const auto& row) { return row.first; })->second;
}

std::optional<ScaleMode> findScaleMode(std::string_view id) {
  const auto row = std::ranges::find(kModeIds, id, [](const auto& entry) { return entry.second; });
  if (row == kModeIds.end()) return std::nullopt;
  return row->first;
}

float tensorScaleOf(const BlockFormat& format, ScaleMode mode, std::span<const float> tensor) {
  if (!format.hasTensorScale) return 1;
  float largest = 0;
  for (const float value : tensor)
    if (std::isfinite(value)) largest = std::max(largest, std::fabs(value));
  const float scale = largest / ((mode == ScaleMode::FourOverSix ? kLargestScaleOfSix : kLargestScale) * kLargestFp4);
  return scale == 0 ? 1 : scale;
}

QuantizedBlock quantizeBlock(const BlockFormat& format, std::span<const float> values, ScaleMode mode,
                             float tensorScale) {
  assert(!values.empty() && values.size() <= static_cast<std::size_t>(format.blockSize));
  assert(std::ranges::find(format.modes, mode) != format.modes.end());
  QuantizedBlock block{.format = &format, .mode = mode, .tensorScale = tensorScale, .elements = {}};
  findLargest(block, values);
  if (mode != ScaleMode::Plain && mode != ScaleMode::FourOverSix) {
    quantizeMx(block, values);
    return block;
  }
  QuantizedBlock four = block;
  quantizeNv(block, values, 1);
  if (mode == ScaleMode::Plain || block.isNan()) return block;
  quantizeNv(four, values, 1.5F);
  four.usesFour = true;
  const bool takesFour = four.squaredError < block.squaredError;
  four.otherSquaredError = block.squaredError;
  block.otherSquaredError = four.squaredError;
  return takesFour ? four : block;
}

std::vector<QuantizedBlock> quantizeBlocks(const BlockFormat& format, std::span<const float> values, ScaleMode mode,
                                           std::optional<float> tensorScale) {
  const float shared = tensorScale.value_or(tensorScaleOf(format, mode, values));
  const auto size = static_cast<std::size_t>(format.blockSize);
  std::vector<QuantizedBlock> blocks;
  for (std::size_t first = 0; first < values.size(); first += size)
    blocks.push_back(quantizeBlock(format, values.subspan(first, std::min(size, values.size() - first)), mode, shared));
  return blocks;
}

}  // namespace ulpscope
