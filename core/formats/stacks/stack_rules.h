// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/formats/codec.h"
#include "core/formats/stack.h"

// The special rules that stacks are made of: who they hold for, what they give, and both with words. Formats named in a
// table of conversions are binary floats, so every case here has a FloatSpec.
namespace ulpscope::stack_rules {

constexpr bool isNan(const ConversionCase& given) { return given.number.kind == Unrounded::Kind::Nan; }
constexpr bool isInfinite(const ConversionCase& given) { return given.number.kind == Unrounded::Kind::Infinity; }
constexpr bool isZero(const ConversionCase& given) { return given.number.kind == Unrounded::Kind::Zero; }
constexpr bool isFinite(const ConversionCase& given) { return given.number.kind == Unrounded::Kind::Finite; }
constexpr bool isBelowZero(const ConversionCase& given) {
  return given.number.negative && !isZero(given) && !isNan(given);
}
constexpr bool overflowsFinitely(const ConversionCase& given) { return isFinite(given) && given.plain.overflowed; }

/// |number| >= 2^exponent; false for what is not finite.
constexpr bool reaches(const ConversionCase& given, int exponent) {
  return isFinite(given) && given.number.exponent + 63 >= exponent;
}

inline const FloatSpec& specOf(const ConversionCase& given) { return *given.format.floatSpec(); }
inline std::uint64_t plainCode(const ConversionCase& given) { return given.plain.code; }
inline std::uint64_t firstCode(const ConversionCase&) { return 0; }
inline std::uint64_t nanCode(const ConversionCase& given) { return quietNanCode(specOf(given), given.number.negative); }
inline std::uint64_t largestPositiveCode(const ConversionCase& given) {
  return largestFiniteCode(specOf(given), false);
}
inline std::uint64_t allOnesCode(const ConversionCase& given) {
  return makeCode(specOf(given), given.number.negative, allOnesMagnitude(specOf(given)));
}
inline std::uint64_t positiveAllOnesCode(const ConversionCase& given) {
  return makeCode(specOf(given), false, allOnesMagnitude(specOf(given)));
}
/// Zero of the sign that NaN does not have.
inline std::uint64_t oppositeZeroCode(const ConversionCase& given) {
  return makeCode(specOf(given), !given.number.negative, 0);
}
inline std::uint64_t magnitudeCode(const ConversionCase& given) {
  Unrounded magnitude = given.number;
  magnitude.negative = false;
  return given.format.encode(magnitude, given.rounding, given.overflow).code;
}

inline constexpr StackRule kNanIsAllOnes{isNan, allOnesCode, "NaN becomes {code}, all ones behind its sign"};
inline constexpr StackRule kNanLosesItsSign{isNan, positiveAllOnesCode, "NaN becomes {code}, whatever its sign"};
inline constexpr StackRule kNanIsLargest{isNan, largestPositiveCode,
                                         "there is no NaN in the format, it becomes the largest value, {value}"};
inline constexpr StackRule kInfinityIsNan{isInfinite, nanCode, "infinity becomes NaN, {code}"};
inline constexpr StackRule kSignIsDropped{isBelowZero, magnitudeCode, "the sign is dropped, {value}"};
inline constexpr StackRule kNanOfAnyCode{isNan, nanCode,
                                         "NaN becomes a NaN that the implementation chooses, {code} is shown"};
inline constexpr StackRule kNanByMachine{
    isNan, plainCode, "NaN stays NaN; sign and payload depend on the instructions used, {code} is shown"};

/// The midpoint of float32's subnormals, 2^-127, is E8M0's code 0, but conversions that read it from float32's exponent
/// field take that field's 0 for zero: what is above 2^-127 goes up.
constexpr bool isJustAboveSmallestScale(const ConversionCase& given) {
  return reaches(given, -127) && !reaches(given, -126) &&
         (given.number.significand != std::uint64_t{1} << 63 || given.number.sticky);
}
inline std::uint64_t secondCode(const ConversionCase&) { return 1; }
inline constexpr StackRule kRoundsUpBelowNormalFloats{isJustAboveSmallestScale, secondCode,
                                                      "2^-127 and less is a subnormal float32, whose exponent field 0 "
                                                      "is taken for zero: anything above goes up to 2^-126"};

}  // namespace ulpscope::stack_rules
