// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <bit>
#include <cstdint>
#include <optional>

#include "core/backend/backend.h"
#include "core/formats/codec.h"

namespace ulpscope::kernels {

/// A FloatRounding worked out for 32-bit lanes, the same for SIMD and CUDA: plain numbers, no format left to interpret.
/// Magnitudes are bit patterns without the sign, so they compare as signed integers.
struct RoundingPlan {
  /// What a magnitude becomes once it is rounded: as bits of a float, or as a code.
  struct Outcome {
    std::int32_t largest;         ///< the largest finite magnitude
    std::int32_t beyond;          ///< of a finite input that was rounded past it, positive
    std::int32_t beyondNegative;  ///< the same, negative
    std::int32_t infinity;        ///< of an infinite input
    std::int32_t nan;
    std::int32_t nanSign;  ///< mask: the sign bit if NaN keeps its sign, 0 if not
  };

  Rounding rounding;
  bool floatExponent;               ///< the format has float's own exponent field: rounding is an integer addition
  std::int32_t droppedBits;         ///< 23 - fraction bits
  std::int32_t smallestNormalBits;  ///< 2^smallestExponent as a float
  std::int32_t limitBits;  ///< twice the power of two at or below the largest value; larger inputs are cut to it
  std::int32_t signShift;  ///< from float's sign bit to the code's
  Outcome asFloat;
  Outcome asCode;  ///< meaningful for codes of up to 16 bits
};

/// nullopt: the lanes do not cover this format; round it by its definition, core/formats/codec.h.
constexpr std::optional<RoundingPlan> makeRoundingPlan(const FloatRounding& rule) {
  const FloatSpec& spec = rule.spec;
  if (spec.signBits != 1 || spec.bottom != Bottom::Subnormal || nanIsNegativeZero(spec)) return std::nullopt;
  if (spec.codeBits() > 32 || spec.fractionBits < 1 || spec.fractionBits > 23) return std::nullopt;
  if (rule.rounding == Rounding::Stochastic) return std::nullopt;
  const int largestExponent = static_cast<int>(largestFiniteMagnitude(spec) >> spec.fractionBits) - spec.bias;
  const bool floatExponent = spec.exponentBits == 8 && spec.bias == 127 && spec.specials == Specials::Ieee;
  // The other path adds 2^(e + 23 - fractionBits), and twice that in ToOdd, for e from the smallest exponent to one
  // above the largest: both must be normal floats, and so must the last place 2^(e - fractionBits).
  const bool powersFit = spec.fractionBits <= 21 && largestExponent + 1 + 23 - spec.fractionBits + 1 <= 127 &&
                         spec.smallestExponent() - spec.fractionBits >= -126;
  if (!floatExponent && !powersFit) return std::nullopt;

  const auto magnitudeCode = [&](std::uint64_t code) {
    return static_cast<std::int32_t>(code & lowMask(spec.codeBits() - 1));
  };
  const auto beyond = [&](bool negative, bool infinite) {
    return encodeBeyondLargest(spec, negative, infinite, rule.rounding, rule.overflow).code;
  };
  const auto asFloat = [&](std::uint64_t code) {
    return std::bit_cast<std::int32_t>(decodeToFloat(spec, code)) & 0x7FFFFFFF;
  };

  RoundingPlan plan{};
  // Nothing is dropped from a float, whatever the mode; the lanes' other modes need at least one dropped bit.
  plan.rounding = spec.fractionBits == 23 ? Rounding::TowardZero : rule.rounding;
  plan.floatExponent = floatExponent;
  plan.droppedBits = 23 - spec.fractionBits;
  plan.smallestNormalBits = (spec.smallestExponent() + 127) << 23;
  plan.limitBits = floatExponent ? 0x7F800000 : (largestExponent + 1 + 127) << 23;
  plan.signShift = 32 - spec.codeBits();
  plan.asFloat = {.largest = asFloat(largestFiniteCode(spec, false)),
                  .beyond = asFloat(beyond(false, false)),
                  .beyondNegative = asFloat(beyond(true, false)),
                  .infinity = asFloat(beyond(false, true)),
                  .nan = 0x7FC00000,
                  .nanSign = INT32_MIN};
  plan.asCode = {.largest = magnitudeCode(largestFiniteCode(spec, false)),
                 .beyond = magnitudeCode(beyond(false, false)),
                 .beyondNegative = magnitudeCode(beyond(true, false)),
                 .infinity = magnitudeCode(beyond(false, true)),
                 .nan = magnitudeCode(encodeNan(spec, false).code),
                 .nanSign = static_cast<std::int32_t>(encodeNan(spec, true).code & ~lowMask(spec.codeBits() - 1))};
  return plan;
}

}  // namespace ulpscope::kernels
