// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>

#include "core/quantization/gptq_grid.h"

namespace ulpscope {

/// How a group is rounded where too few inputs reached the layer: GPTQModel's FallbackStrategy.
enum class GptqFallback : std::uint8_t {
  Nearest,   ///< the range as findScale() has it
  Midpoint,  ///< from the least to the largest value
  Mean,      ///< as far to both sides of the mean as the value that is farthest from it
  Median,    ///< the same of the median, the lower one of two
  Deviation  ///< three standard deviations to both sides of the mean
};

/// Scale and codes of one group of one row, as GPTQModel 7.7.0's `_fallback_quantize` without a smoother. The value of
/// a code is (code - zero) * scale. Codes are NaN where the scale is. Precondition: values is not empty, codes has as
/// many.
GptqScale roundWithoutInputs(GptqFallback fallback, const GptqGrid& grid, std::span<const float> values,
                             std::span<float> codes);

}  // namespace ulpscope
