// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace ulpscope {

/// LLM.int8() as bitsandbytes 0.50.2 computes it on the CPU: backends/default/ops.py.

/// To binary16 and back, to nearest even; beyond 65504 to infinity.
float asBinary16(float value);

/// int8_vectorwise_quant of one row of binary16 numbers: scale = max |x|; code = rne(x * ((1 / scale) * 127)).
/// Magnitudes of at least `threshold` are taken as 0 where that is above 0. NaN makes the scale NaN; where a product is
/// no number that an integer can be, as in a row of zeros, the code is 0. The result is the scale.
float encodeInt8Row(std::span<const float> values, float threshold, std::span<std::int8_t> codes);

/// int8_vectorwise_dequant: code * scale * 0.007874015718698502.
float decodeInt8(std::int8_t code, float scale);

/// Columns of a row-major matrix of binary16 numbers in which a magnitude is at least `threshold`; none where that is
/// 0.
std::vector<std::uint64_t> outlierColumns(std::span<const float> inputs, std::uint64_t columns, float threshold);

}  // namespace ulpscope
