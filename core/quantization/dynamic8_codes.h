// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>

namespace ulpscope {

/// Whose arithmetic bitsandbytes' block schemes follow.
enum class BnbPath : std::uint8_t {
  Cpu,   ///< bitsandbytes 0.50.2 on the CPU: its operators in torch, and its CPU library for the dynamic map
  Cuda,  ///< csrc/kernels.cu, from the source: the build's fast division and flushed subnormals are not followed
};

/// max |x| as the CUDA kernels and the CPU library have it: NaN is passed over.
float maximumWithoutNan(std::span<const float> values);

/// The values of format dynamic8, by code.
std::span<const float, 256> dynamic8Values();

/// One block through the signed dynamic map; the result is its scale.
///
/// r = x * (1 / max |x|). On the CPU a code is that of the nearest of 65,536 steps from -1 to 1: step
/// trunc((r + 1) * 0.5 * 65535 + 0.5) after r is clamped, its code that of step * 2 / 65535 - 1 among the midpoints of
/// the map. NaN and a block of zeros: code 0. On CUDA the map is searched by halving, a tie taking the last pivot; NaN
/// and blocks of zeros end at code 0.
float encodeDynamic8(BnbPath path, std::span<const float> values, std::span<std::uint8_t> codes);

}  // namespace ulpscope
