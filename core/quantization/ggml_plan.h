// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "core/quantization/run_scheme.h"

namespace ulpscope::ggml {

/// A block of ggml as it is seen from outside. Its runs are blocks; values are (code - bias) * scale + offset.
struct BlockType {
  std::uint64_t values = 32;
  std::uint64_t part = 32;  ///< values that share a scale
  std::uint64_t bytes = 0;
  int codeBits = 4;
  int bias = 0;
  bool hasOffsets = false;
  std::string scaleNote;
};
using Encoder = std::function<void(const RunInput& run, const RunCodes& out)>;

RunPlan planOf(const BlockType& type, Encoder encode);

/// The information of a scheme of this family that takes an importance matrix.
SchemeInfo infoOf(std::string id, std::string title, std::string functions, SchemeText text);

/// RunPlan::measureRow of the types with blocks of 32: the mean square of the row.
float meanSquare(std::span<const float> row);

/// weights = importance * sqrt(sigma2 + x^2).
void weigh(std::span<const float> x, std::span<const float> importance, float sigma2, std::span<float> weights);

}  // namespace ulpscope::ggml
