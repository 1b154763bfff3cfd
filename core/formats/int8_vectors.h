// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/formats/rounding.h"

namespace ulpscope {

/// LLM.int8() as bitsandbytes 0.50.2 computes it on the CPU: backends/default/ops.py.

/// To binary16 and back, to nearest even; beyond 65504 to infinity.
float asBinary16(float value);

/// int8_vectorwise_quant of one row of binary16 numbers: scale = max |x|; code = rne(x * ((1 / scale) * 127)).
/// Magnitudes of at least `threshold` are taken as 0 where that is above 0. NaN makes the scale NaN; where a product is
/// no number that an integer can be, as in a row of zeros, the code is 0. The result is the scale. Rounded otherwise,
/// codes beyond 127 become 127.
float encodeInt8Row(std::span<const float> values, float threshold, std::span<std::int8_t> codes,
                    Rounding rounding = Rounding::NearestEven);

/// int8_vectorwise_dequant: code * scale * 0.007874015718698502.
float decodeInt8(std::int8_t code, float scale);

/// Which factor stands for 1 / 127^2, and the order of the products with the scales.
enum class Int8Path : std::uint8_t {
  Default,  ///< backends/default/ops.py: sum * (row * column) * 6.200124e-05, a slip of the pen for 6.2000124e-05
  Cuda,     ///< csrc: sum * row * column * 6.200012e-05
};
/// int8_mm_dequant, before it is rounded to binary16: a sum of products of codes of two rows of these scales.
float scaleInt8Sum(Int8Path path, std::int64_t sum, float rowScale, float columnScale);

/// Columns of a row-major matrix of binary16 numbers in which a magnitude is at least `threshold`; none where that is
/// 0.
std::vector<std::uint64_t> outlierColumns(std::span<const float> inputs, std::uint64_t columns, float threshold);

}  // namespace ulpscope
