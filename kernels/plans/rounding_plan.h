// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>

#include "core/backend/backend.h"
#include "core/formats/codec.h"

namespace ulpscope::kernels {

/// A FloatRounding worked out for 32-bit lanes, the same for SIMD and CUDA: plain numbers, no format left to interpret.
/// Magnitudes are bit patterns without the sign, so they compare as signed integers.
struct RoundingPlan {
  /// How the last places are dropped: RoundingLanes in kernels/cpu/rounding_lanes.inl.h has the proofs.
  enum class Path : std::uint8_t {
    Adder,  ///< by adding and subtracting a power of two
    Shift,  ///< by an integer addition to the bits: the format has float's subnormals, or none
  };

  /// What a layout needs beside that; each includes what stands before it.
  enum class Care : std::uint8_t {
    None,   ///< sign and magnitude as in float, negative zero included
    Signs,  ///< negative numbers differ: no sign bit, or no negative zero
    Gap,    ///< between zero and the smallest value there is nothing, or there is no zero
    Scale,  ///< inputs are multiplied by a power of two, where the path's own constants would not be normal floats
  };

  /// What becomes of a rounded magnitude: as bits of a float, or as a code. Signs included.
  struct Outcome {
    std::int32_t largest;          ///< the largest finite magnitude
    std::int32_t largestNegative;  ///< the same for negative inputs: without a sign bit 0, without a zero -1
    std::int32_t beyond;           ///< of a finite input that was rounded past the largest magnitude
    std::int32_t beyondNegative;
    std::int32_t infinity;  ///< of an infinite input
    std::int32_t infinityNegative;
    std::int32_t nan;
    std::int32_t nanSign;    ///< mask: the sign bit if NaN keeps its sign, 0 if not
    std::int32_t signAbove;  ///< magnitudes above this one keep their sign
  };

  Rounding rounding;  ///< NearestAway and TowardZero also stand for others where they give the same
  Path path;
  Care care;
  std::int32_t droppedBits;         ///< 23 - fraction bits
  std::int32_t smallestNormalBits;  ///< 2^smallestExponent as a float, scaled
  std::int32_t limitBits;  ///< Adder: what larger inputs are cut to, at least a half place past the largest value
  std::int32_t signShift;  ///< from float's sign bit to the code's
  Outcome asFloat;
  Outcome asCode;  ///< meaningful for codes of up to 16 bits

  // Care::Gap
  std::int32_t zeroSign;       ///< mask: the sign bit if zero counts as a negative number, being out of range
  std::int32_t gapEnd;         ///< inputs above `gapUp`, which is smaller, become at least this; others become zero
  std::int32_t gapUp;          ///< of positive inputs
  std::int32_t gapUpNegative;  ///< of negative ones
  std::int32_t codeOffset;     ///< what the path's magnitude code exceeds the true one by
  std::int32_t oddIsEven;      ///< 1 where without fraction bits the parity of float's exponent is not the code's
  // Care::Scale
  std::int32_t scaleChangeBits;  ///< inputs below are multiplied by kScaleUp, others by its inverse
  std::int32_t codeStep;         ///< what the change takes off the path's magnitude code
  std::int32_t paddingBits;

  static constexpr int kScaleExponent = 32;  // even, so that no parity of an exponent changes
  static constexpr float kScaleUp = 0x1p32F;
  static constexpr float kScaleDown = 0x1p-32F;
};

namespace detail {

constexpr std::int32_t powerOfTwoBits(int exponent) {
  return exponent >= -126 ? (exponent + 127) << 23 : 1 << (exponent + 149);
}
constexpr std::int32_t floatBits(const FloatSpec& spec, std::uint64_t code) {
  return std::bit_cast<std::int32_t>(decodeToFloat(spec, code));
}

/// Half of a positive float as bits, rounded down, or up to the next float.
constexpr std::int32_t halfBits(std::int32_t bits, bool up) {
  if (bits >= 2 << 23) return bits - (1 << 23);
  return (bits + (up ? 1 : 0)) >> 1;  // the result is subnormal, or 2^-126 from its carry
}

/// The largest input, as bits, that goes to zero and not to `smallest`, if there is nothing between them.
constexpr std::int32_t gapThreshold(std::int32_t smallest, Rounding rounding, bool negative) {
  switch (rounding) {
    case Rounding::NearestEven:  // zero is the even one
      return halfBits(smallest, false);
    case Rounding::NearestAway:
      return halfBits(smallest, true) - 1;
    case Rounding::TowardPositive:
      return negative ? smallest - 1 : 0;
    case Rounding::TowardNegative:
      return negative ? 0 : smallest - 1;
    case Rounding::ToOdd:
      return 0;
    case Rounding::TowardZero:
    case Rounding::Stochastic:  // has no plan
      break;
  }
  return smallest - 1;
}

template <class Bits>
constexpr RoundingPlan::Outcome outcomeOf(const FloatRounding& rule, const Bits& bits) {
  const FloatSpec& spec = rule.spec;
  const auto beyond = [&](bool negative, bool infinite) {
    return bits(encodeBeyondLargest(spec, negative, infinite, rule.rounding, rule.overflow).code);
  };
  const std::int32_t largest = bits(largestFiniteCode(spec, false));
  const std::int32_t signAbove = hasNegativeZero(spec) ? -1 : 0;
  return {.largest = largest,
          .largestNegative = spec.signBits != 0 ? largest
                             : hasZero(spec)    ? 0
                                                : -1,
          .beyond = beyond(false, false),
          .beyondNegative = beyond(true, false),
          .infinity = beyond(false, true),
          .infinityNegative = beyond(true, true),
          .nan = 0,
          .nanSign = 0,
          .signAbove = spec.signBits != 0 ? signAbove : INT32_MAX};
}

}  // namespace detail

/// nullopt: the lanes do not cover this format; round it by its definition, core/formats/codec.h. They cover every
/// layout of up to 16 bits whose values are floats, and wider ones where that takes nothing more.
constexpr std::optional<RoundingPlan> makeRoundingPlan(const FloatRounding& rule) {
  using Path = RoundingPlan::Path;
  using Care = RoundingPlan::Care;
  const FloatSpec& spec = rule.spec;
  if (rule.rounding == Rounding::Stochastic || spec.codeBits() > 32 || !valuesAreFloats(spec)) return std::nullopt;

  const int smallestExponent = spec.smallestExponent();
  const int largestExponent = static_cast<int>(largestFiniteMagnitude(spec) >> spec.fractionBits) - spec.bias;
  const std::int32_t smallestValue = detail::floatBits(spec, smallestMagnitude(spec) << spec.paddingBits);
  const bool hasSubnormals = spec.bottom == Bottom::Subnormal && spec.fractionBits != 0;
  const bool shifts = hasSubnormals ? smallestExponent == -126 : smallestValue >= detail::powerOfTwoBits(-126);
  // The adder needs 2^(e + 23 - fractionBits), and twice that in ToOdd, for e from the smallest exponent to one above
  // the largest: both must be normal floats, and so must the last place 2^(e - fractionBits).
  const bool adds = spec.fractionBits >= 1 && spec.fractionBits <= 21 &&
                    largestExponent + 1 + 23 - spec.fractionBits + 1 <= 127 &&
                    smallestExponent - spec.fractionBits >= -126;
  const bool isPadded = spec.paddingBits != 0 && spec.codeBits() <= 16;

  RoundingPlan plan{};
  plan.path = shifts || spec.fractionBits == 0 ? Path::Shift : Path::Adder;
  if (!(shifts || adds) || isPadded)
    plan.care = Care::Scale;
  else if (plan.path == Path::Shift && !(hasSubnormals && hasNegativeZero(spec)))
    plan.care = Care::Gap;
  else
    plan.care = hasNegativeZero(spec) ? Care::None : Care::Signs;
  if (plan.care == Care::Scale) {
    if (spec.fractionBits > 21) return std::nullopt;
    if (spec.fractionBits != 0) plan.path = Path::Adder;
  }

  // Nothing is dropped from a float, whatever the mode; the lanes' other modes need at least one dropped bit. Without
  // fraction bits and zero, ties go up, and each value counts as odd.
  const bool oddThroughout = spec.fractionBits == 0 && !hasZero(spec);
  plan.rounding = rule.rounding;
  if (oddThroughout && rule.rounding == Rounding::NearestEven) plan.rounding = Rounding::NearestAway;
  if (spec.fractionBits == 23 || (oddThroughout && rule.rounding == Rounding::ToOdd))
    plan.rounding = Rounding::TowardZero;

  // Scaled down, the formats around 2^127 fit. Those that reach far below 1 are scaled up there, which makes float's
  // subnormals normal, and as the change is at 1, each half has room for the adder's constants.
  const bool scalesUp = plan.care == Care::Scale && smallestExponent < -2 * RoundingPlan::kScaleExponent;
  const int scaled = plan.care != Care::Scale ? 0
                     : scalesUp               ? RoundingPlan::kScaleExponent
                                              : -RoundingPlan::kScaleExponent;
  plan.scaleChangeBits = scalesUp ? detail::powerOfTwoBits(0) : 0;
  plan.codeStep = scalesUp ? 2 * RoundingPlan::kScaleExponent << spec.fractionBits : 0;
  plan.paddingBits = spec.paddingBits;

  plan.droppedBits = 23 - spec.fractionBits;
  plan.smallestNormalBits = detail::powerOfTwoBits(smallestExponent + scaled);
  plan.limitBits = largestExponent == 127 ? 0x7F7FFFFF : detail::powerOfTwoBits(largestExponent + 1);
  plan.signShift = 32 - spec.codeBits();
  plan.asFloat = detail::outcomeOf(rule, [&](std::uint64_t code) { return detail::floatBits(spec, code); });
  plan.asFloat.nan = 0x7FC00000;
  plan.asFloat.nanSign = INT32_MIN;
  plan.asCode = detail::outcomeOf(rule, [](std::uint64_t code) { return static_cast<std::int32_t>(code); });
  plan.asCode.nan = static_cast<std::int32_t>(encodeNan(spec, false).code);
  plan.asCode.nanSign = plan.asCode.nan ^ static_cast<std::int32_t>(encodeNan(spec, true).code);

  plan.zeroSign = hasZero(spec) ? 0 : INT32_MIN;
  if (hasSubnormals) {  // below a quarter of the smallest value all but zero are the same
    const int quarter = smallestExponent - spec.fractionBits - 2;
    plan.gapEnd = plan.care == Care::Scale && !scalesUp ? detail::powerOfTwoBits(quarter) : 1;
    plan.gapUp = plan.gapUpNegative = 0;
  } else {
    plan.gapEnd = smallestValue;
    plan.gapUp = hasZero(spec) ? detail::gapThreshold(smallestValue, rule.rounding, false) : -1;
    plan.gapUpNegative = hasZero(spec) ? detail::gapThreshold(smallestValue, rule.rounding, true) : -1;
  }
  const int exponentOffset = 127 + scaled - spec.bias;  // of float's exponent field
  plan.codeOffset =
      (plan.path == Path::Shift ? exponentOffset : 1 - spec.firstNormalField()) * (1 << spec.fractionBits);
  plan.oddIsEven = spec.fractionBits == 0 ? exponentOffset & 1 : 0;
  return plan;
}

}  // namespace ulpscope::kernels
