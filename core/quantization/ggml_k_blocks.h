// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/quantization/ggml_packing.h"
#include "core/quantization/ggml_plan.h"
#include "core/quantization/ggml_search.h"

namespace ulpscope::ggml {

// The K-quants: blocks of 256 in parts of 16 or 32. Each part gets a scale of its own; the scales of a block become
// small integers times the block's binary16 d, and the values are coded anew with what is stored.

constexpr std::size_t kBlock = 256;
constexpr std::size_t kMaxParts = 16;

/// Types whose values are (d * s) * q - (dmin * m), s and m integers of the part: Q2_K, Q4_K, Q5_K.
struct MinimumType {
  BlockType block;
  int largest = 0;       ///< code of a value
  int largestScale = 0;  ///< integer of a part
  bool capped = false;   ///< without an importance, integers that wrapped around are cut to the largest
  // Without an importance:
  StepGrid grid = {};
  Weighing weighing = Weighing::AboveMean;
  // With one, all have the same grid, and sigma2 is this times the sum of the block's squares / 256:
  float sigmaFactor = 1;

  /// Integers that may be too large for their bits, as ggml's are; what a reader finds then counts.
  void (*putScales)(std::span<const std::uint8_t> scales, std::span<const std::uint8_t> minimums,
                    std::byte* packed) = nullptr;
  PartCodes (*scalesAt)(const std::byte* packed, std::size_t part) = nullptr;
  std::size_t wordsAt = 0;  ///< d, and dmin behind it
  void (*putCodes)(std::span<const std::uint8_t> codes, std::byte* packed) = nullptr;
};
RunPlan minimumPlan(const MinimumType& type);

float sumOfSquares(std::span<const float> x);

/// Codes a part anew, q = nearest(x / scale) from -half to half - 1 plus half, unless the scale is 0.
void codeAnew(int half, float scale, std::span<const float> x, std::span<std::uint8_t> shifted);

}  // namespace ulpscope::ggml
