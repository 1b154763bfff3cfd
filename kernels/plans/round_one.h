// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <bit>
#include <cstdint>

#include "kernels/plans/rounding_plan.h"

// One value along a RoundingPlan: what a thread of a CUDA kernel does, and constexpr, so that the host tests it.
// RoundingLanes in kernels/cpu/rounding_lanes.inl.h has the proofs. Needs no contraction and no flushing of subnormal
// numbers (Compiler.cmake).
namespace ulpscope::kernels {

/// A rounded magnitude, as the bits of a float and as the path's code, before its offset is taken off.
struct RoundedMagnitude {
  std::int32_t bits;
  std::int32_t code;
};

/// RoundingPlan::Path::Shift: by an addition to the bits.
constexpr RoundedMagnitude roundByShifting(const RoundingPlan& plan, std::int32_t magnitude, bool negative) {
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
  return {magnitude & ~dropped, magnitude >> plan.droppedBits};
}

/// RoundingPlan::Path::Adder: by adding and subtracting a power of two.
constexpr RoundedMagnitude roundByAdding(const RoundingPlan& plan, std::int32_t magnitude, bool negative) {
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
  const std::int32_t units = std::bit_cast<std::int32_t>(rounded + c) - std::bit_cast<std::int32_t>(c);
  return {std::bit_cast<std::int32_t>(rounded), units + ((exponent - plan.smallestNormalBits) >> plan.droppedBits)};
}

/// A finite magnitude sent past the format's gap, scaled where the plan says so, and rounded.
constexpr RoundedMagnitude roundMagnitude(const RoundingPlan& plan, std::int32_t magnitude, bool negative) {
  if (plan.care >= RoundingPlan::Care::Gap) {
    const std::int32_t raised = magnitude > plan.gapEnd ? magnitude : plan.gapEnd;
    magnitude = magnitude > (negative ? plan.gapUpNegative : plan.gapUp) ? raised : 0;
  }
  const bool shifts = plan.path == RoundingPlan::Path::Shift;
  const bool scales = plan.care == RoundingPlan::Care::Scale;
  if ((!shifts || scales) && magnitude > plan.limitBits) magnitude = plan.limitBits;
  const bool up = magnitude < plan.scaleChangeBits;
  if (scales)
    magnitude = std::bit_cast<std::int32_t>(std::bit_cast<float>(magnitude) *
                                            (up ? RoundingPlan::kScaleUp : RoundingPlan::kScaleDown));
  RoundedMagnitude rounded =
      shifts ? roundByShifting(plan, magnitude, negative) : roundByAdding(plan, magnitude, negative);
  if (!scales) return rounded;
  rounded.bits = std::bit_cast<std::int32_t>(std::bit_cast<float>(rounded.bits) *
                                             (up ? RoundingPlan::kScaleDown : RoundingPlan::kScaleUp));
  if (!up) rounded.code += plan.codeStep;
  return rounded;
}

/// Overflow, infinity and NaN, and the sign put back: `sign` is that of the outcome, zero or its sign bit, and
/// roundFinite(negative) the rounded magnitude.
template <class RoundFinite>
constexpr std::int32_t settleOne(const RoundingPlan& plan, const RoundingPlan::Outcome& outcome, std::int32_t bits,
                                 std::int32_t sign, const RoundFinite& roundFinite) {
  const std::int32_t magnitude = bits & 0x7FFFFFFF;
  if (magnitude > 0x7F800000) return outcome.nan | (sign & outcome.nanSign);
  const bool negative = bits < plan.firstPositive;
  if (magnitude == 0x7F800000) return negative ? outcome.infinityNegative : outcome.infinity;
  const std::int32_t rounded = roundFinite(negative);
  if (rounded > (negative ? outcome.largestNegative : outcome.largest))
    return negative ? outcome.beyondNegative : outcome.beyond;
  return rounded | (rounded > outcome.signAbove ? sign : outcome.zero);
}

/// As roundFloat in core/formats/codec.h.
constexpr float roundOne(const RoundingPlan& plan, float x) {
  const auto bits = std::bit_cast<std::int32_t>(x);
  return std::bit_cast<float>(settleOne(plan, plan.asFloat, bits, bits & INT32_MIN, [&](bool negative) {
    return roundMagnitude(plan, bits & 0x7FFFFFFF, negative).bits;
  }));
}

/// The code that encodeFloat in core/formats/codec.h gives. Precondition: the format's codes have at most 16 bits.
constexpr std::int32_t encodeOne(const RoundingPlan& plan, float x) {
  const auto bits = std::bit_cast<std::int32_t>(x);
  const auto sign = static_cast<std::int32_t>(static_cast<std::uint32_t>(bits & INT32_MIN) >> plan.signShift);
  return settleOne(plan, plan.asCode, bits, sign, [&](bool negative) {
    std::int32_t code = roundMagnitude(plan, bits & 0x7FFFFFFF, negative).code;
    if (plan.care >= RoundingPlan::Care::Gap) code = code > plan.codeOffset ? code - plan.codeOffset : 0;
    return plan.care == RoundingPlan::Care::Scale ? code << plan.paddingBits : code;
  });
}

}  // namespace ulpscope::kernels
