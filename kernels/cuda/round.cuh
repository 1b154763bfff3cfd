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

/// A magnitude rounded along RoundingPlan::Path::Shift, by an addition to the bits.
__device__ inline std::int32_t roundBits(const RoundingPlan& plan, std::int32_t magnitude, bool negative) {
  const auto dropped = static_cast<std::int32_t>((std::uint32_t{1} << plan.droppedBits) - 1);
  const std::int32_t lastKept = ((magnitude >> plan.droppedBits) ^ plan.oddIsEven) & 1;
  switch (plan.rounding) {
    case Rounding::NearestEven:
      magnitude += dropped / 2 + lastKept;
      break;
    case Rounding::NearestAway:
      magnitude += (dropped + 1) / 2;
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
      magnitude += lastKept == 0 ? dropped : 0;
      break;
  }
  return magnitude & ~dropped;
}

/// A magnitude rounded along Path::Adder, by adding and subtracting a power of two. Needs --fmad=false and no --ftz, as
/// Compiler.cmake has it.
__device__ inline std::int32_t roundByAdding(const RoundingPlan& plan, std::int32_t magnitude, bool negative) {
  std::int32_t exponent = magnitude & 0x7F800000;
  if (exponent < plan.smallestNormalBits) exponent = plan.smallestNormalBits;
  const float c = std::bit_cast<float>(exponent + (plan.droppedBits << 23));
  const float unit = std::bit_cast<float>(exponent - ((23 - plan.droppedBits) << 23));
  const float a = std::bit_cast<float>(magnitude);
  const float nearest = (a + c) - c;
  const float down = nearest > a ? nearest - unit : nearest;
  float rounded = nearest;
  switch (plan.rounding) {
    case Rounding::NearestEven:
    case Rounding::Stochastic:  // has no plan
      break;
    case Rounding::NearestAway:
      rounded = (a - down) + (a - down) >= unit ? down + unit : down;
      break;
    case Rounding::TowardZero:
      rounded = down;
      break;
    case Rounding::TowardPositive:
    case Rounding::TowardNegative:
      if (negative != (plan.rounding == Rounding::TowardNegative))
        rounded = down;
      else if (nearest < a)
        rounded = nearest + unit;
      break;
    case Rounding::ToOdd:
      rounded = down != a && (down + (c + c)) - (c + c) == down ? down + unit : down;
      break;
  }
  return std::bit_cast<std::int32_t>(rounded);
}

/// A finite magnitude rounded, sent past the format's gap and scaled where the plan says so. RoundingLanes in
/// kernels/cpu/rounding_lanes.inl.h has the proofs.
__device__ inline std::int32_t roundMagnitude(const RoundingPlan& plan, std::int32_t magnitude, bool negative) {
  if (plan.care >= RoundingPlan::Care::Gap) {
    const std::int32_t raised = magnitude > plan.gapEnd ? magnitude : plan.gapEnd;
    magnitude = magnitude > (negative ? plan.gapUpNegative : plan.gapUp) ? raised : 0;
  }
  if (plan.path == RoundingPlan::Path::Adder && magnitude > plan.limitBits) magnitude = plan.limitBits;
  const bool scales = plan.care == RoundingPlan::Care::Scale;
  const bool up = magnitude < plan.scaleChangeBits;
  if (scales)
    magnitude = std::bit_cast<std::int32_t>(std::bit_cast<float>(magnitude) *
                                            (up ? RoundingPlan::kScaleUp : RoundingPlan::kScaleDown));
  const std::int32_t rounded = plan.path == RoundingPlan::Path::Shift ? roundBits(plan, magnitude, negative)
                                                                      : roundByAdding(plan, magnitude, negative);
  if (!scales) return rounded;
  return std::bit_cast<std::int32_t>(std::bit_cast<float>(rounded) *
                                     (up ? RoundingPlan::kScaleDown : RoundingPlan::kScaleUp));
}

__device__ inline float roundValue(const RoundingPlan& plan, float x) {
  const RoundingPlan::Outcome& outcome = plan.asFloat;
  const auto bits = std::bit_cast<std::int32_t>(x);
  const std::int32_t magnitude = bits & 0x7FFFFFFF;
  if (magnitude > 0x7F800000) return std::bit_cast<float>(outcome.nan | (bits & outcome.nanSign));
  const bool negative = bits < plan.firstPositive;
  if (magnitude == 0x7F800000) return std::bit_cast<float>(negative ? outcome.infinityNegative : outcome.infinity);
  const std::int32_t rounded = roundMagnitude(plan, magnitude, negative);
  if (rounded > (negative ? outcome.largestNegative : outcome.largest))
    return std::bit_cast<float>(negative ? outcome.beyondNegative : outcome.beyond);
  return std::bit_cast<float>(rounded | (rounded > outcome.signAbove ? bits & ~0x7FFFFFFF : outcome.zero));
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
