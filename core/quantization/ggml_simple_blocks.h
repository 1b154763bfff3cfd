// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/quantization/ggml_plan.h"
#include "core/quantization/ggml_rounding.h"

namespace ulpscope::ggml {

// Blocks of 32 with one scale d, and a minimum m in the types that end in _1, both binary16:
//
//   Q4_0  d, nibbles                y = (code - 8) * d
//   Q4_1  d, m, nibbles             y = code * d + m
//   Q5_0  d, fifth bits, nibbles    y = (code - 16) * d
//   Q5_1  d, m, fifth bits, nibbles
//   Q8_0  d, bytes                  y = code * d
//
// Codes are made with d and m as they are before they become binary16.

/// 4 or 5 bits, without a minimum.
RunPlan aroundZeroPlan(int bits, Arithmetic arithmetic);
void packQ4_0(float scale, std::span<const std::uint8_t> codes, std::span<std::byte> packed);
/// 4 or 5 bits, with one.
RunPlan fromMinimumPlan(int bits);
/// d = the largest magnitude / 127, codes from -127 to 127, ties away from zero. An importance changes nothing.
RunPlan q8Plan();
void packQ8_0(float scale, std::span<const std::uint8_t> codes, std::span<std::byte> packed);

}  // namespace ulpscope::ggml
