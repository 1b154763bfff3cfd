// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>

#include "core/quantization/ggml_plan.h"

namespace ulpscope::ggml {

// IQ4_NL and IQ4_XS: codes of four bits name one of the 16 values of format iq4_nl, times a scale.

/// Where best_index_int8 sends factor * x: the nearest value, the upper one of two; 15 for NaN.
void tableCodes(float factor, std::span<const float> x, std::span<std::uint8_t> codes);

/// The scale of 32 values. (quantize_row_iq4_nl_impl with 7 tries.)
///
/// Of 16 candidates codes = tableCodes(step), with steps 127 / m and (k - 127) / m for k from -7 to 7, m the value
/// of largest magnitude, the one whose best scale sum(w x v) / sum(w v^2) leaves the smallest weighted error; 0 where
/// |m| < 1e-15.
float searchTableScale(std::span<const float> x, std::span<const float> w);
/// The same with no tries: the step -127 / m alone, whose codes are kept; none are stored where |m| < 1e-15.
float firstTableScale(std::span<const float> x, std::span<const float> w, std::span<std::uint8_t> codes);

/// importance * sqrt(sigma2 + x^2), sigma2 twice the mean square of `all` of the block; x^2 without an importance.
void weighTable(const RunInput& run, std::span<float> weights);

/// The decoder of both.
void decodeTable(std::span<const std::uint8_t> codes, const StoredScale& stored, std::span<float> values);

}  // namespace ulpscope::ggml
