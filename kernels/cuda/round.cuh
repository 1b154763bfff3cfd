// SPDX-License-Identifier: Apache-2.0
#pragma once
// Compiled by nvcc for the device and, in the tests, by g++ under tests/kernels/cuda_on_cpu.h.
#include <bit>
#include <cstddef>
#include <cstdint>

#include "kernels/plans/rounding_plan.h"

namespace ulpscope::kernels {

inline constexpr unsigned kRoundThreads = 256;
inline constexpr unsigned kRoundValuesPerThread = 4;  ///< a block apart, so that a warp reads 128 bytes in one piece

/// A magnitude rounded where the format has float's exponent field: an addition to the bits.
__device__ inline std::int32_t roundBits(const RoundingPlan& plan, std::int32_t magnitude, bool negative) {
  const auto dropped = static_cast<std::int32_t>((std::uint32_t{1} << plan.droppedBits) - 1);
  const std::int32_t rest = magnitude & dropped;
  const std::int32_t last = dropped + 1;
  switch (plan.rounding) {
    case Rounding::NearestEven:
      magnitude += dropped / 2 + (magnitude >> plan.droppedBits & 1);
      break;
    case Rounding::NearestAway:
      magnitude += last / 2;
      break;
    case Rounding::TowardZero:
    case Rounding::Stochastic:  // has no plan
      break;
    case Rounding::TowardPositive:
      magnitude += negative ? 0 : dropped;
      break;
    case Rounding::TowardNegative:
      magnitude += negative ? dropped : 0;
      break;
    case Rounding::ToOdd:
      magnitude |= rest != 0 ? last : 0;
      break;
  }
  return magnitude & ~dropped;
}

/// A magnitude rounded in any other format, by adding and subtracting a power of two: the proof stands at RoundingLanes
/// in kernels/cpu/rounding_lanes.inl.h. Needs --fmad=false and no --ftz, as Compiler.cmake has it.
__device__ inline float roundByAdding(const RoundingPlan& plan, std::int32_t magnitude, bool negative) {
  const std::int32_t cut = magnitude < plan.limitBits ? magnitude : plan.limitBits;
  std::int32_t exponent = cut & 0x7F800000;
  if (exponent < plan.smallestNormalBits) exponent = plan.smallestNormalBits;
  const float c = std::bit_cast<float>(exponent + (plan.droppedBits << 23));
  const float unit = std::bit_cast<float>(exponent - ((23 - plan.droppedBits) << 23));
  const float a = std::bit_cast<float>(cut);
  const float nearest = (a + c) - c;
  const float down = nearest > a ? nearest - unit : nearest;
  switch (plan.rounding) {
    case Rounding::NearestEven:
    case Rounding::Stochastic:  // has no plan
      return nearest;
    case Rounding::NearestAway:
      return (a - down) + (a - down) >= unit ? down + unit : down;
    case Rounding::TowardZero:
      return down;
    case Rounding::TowardPositive:
    case Rounding::TowardNegative:
      if (negative != (plan.rounding == Rounding::TowardNegative)) return down;
      return nearest < a ? nearest + unit : nearest;
    case Rounding::ToOdd:
      return down != a && (down + (c + c)) - (c + c) == down ? down + unit : down;
  }
  return nearest;
}

__device__ inline float roundValue(const RoundingPlan& plan, float x) {
  const auto bits = std::bit_cast<std::int32_t>(x);
  const bool negative = bits < 0;
  const std::int32_t magnitude = bits & 0x7FFFFFFF;
  const std::int32_t sign = bits & ~0x7FFFFFFF;
  if (magnitude > 0x7F800000) return std::bit_cast<float>(plan.asFloat.nan | sign);
  if (magnitude == 0x7F800000) return std::bit_cast<float>(plan.asFloat.infinity | sign);
  std::int32_t rounded = plan.floatExponent ? roundBits(plan, magnitude, negative)
                                            : std::bit_cast<std::int32_t>(roundByAdding(plan, magnitude, negative));
  if (rounded > plan.asFloat.largest) rounded = negative ? plan.asFloat.beyondNegative : plan.asFloat.beyond;
  return std::bit_cast<float>(rounded | sign);
}

/// out[i] = in[i] rounded. Launch with kRoundThreads threads for each kRoundThreads * kRoundValuesPerThread values;
/// `out` may be `in`.
__global__ void roundKernel(RoundingPlan plan, const float* in, float* out, std::size_t size) {
  const std::size_t first = std::size_t{blockIdx.x} * kRoundThreads * kRoundValuesPerThread + threadIdx.x;
  for (unsigned k = 0; k < kRoundValuesPerThread; ++k) {
    const std::size_t i = first + k * kRoundThreads;
    if (i < size) out[i] = roundValue(plan, in[i]);
  }
}

}  // namespace ulpscope::kernels
