// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <bit>
#include <cstdint>
#include <optional>

#include "core/backend/backend.h"
#include "core/formats/codec.h"

namespace ulpscope::kernels {

/// A FloatRounding worked out for 32-bit lanes, the same for SIMD and CUDA: plain numbers, no format left to interpret.
/// Magnitudes are bit patterns without the sign, so they compare as signed integers. RoundingLanes in
/// kernels/cpu/rounding_lanes.inl.h has the proofs.
struct RoundingPlan {
  /// How the last places are dropped.
  enum class Path : std::uint8_t {
    Adder,  ///< by adding and subtracting a power of two
    Shift,  ///< by an integer addition to the bits: the format has float's subnormals, or none
  };

  /// What a layout needs beside that; each includes those before it.
  enum class Care : std::uint8_t {
    Plain,     ///< codes are sign and magnitude as in float, negative zero included; what is rounded, to nearest, past
               ///< the largest ends there or at the next code, and NaN is code and sign
    Specials,  ///< overflow or NaN have other codes, or overflow's depends on the sign and on infinity
    Signs,     ///< negative numbers differ: no sign bit, or no negative zero
    Gap,       ///< there is nothing between zero and the smallest value
    Scale,     ///< inputs are multiplied by a power of two, where the path's own constants would not be normal floats
  };

  /// What becomes of a rounded magnitude: as bits of a float, or as a code.
  struct Outcome {
    std::int32_t largest;          ///< the largest finite magnitude
    std::int32_t largestNegative;  ///< the same for negative inputs: without a sign bit 0, without a zero -1
    std::int32_t beyond;           ///< of a finite input that was rounded past the largest magnitude
    std::int32_t beyondNegative;   ///< the same, negative: sign included
    std::int32_t infinity;         ///< of an infinite input
    std::int32_t infinityNegative;
    std::int32_t nan;
    std::int32_t nanSign;    ///< mask: the sign bit if NaN keeps its sign, 0 if not
    std::int32_t signAbove;  ///< magnitudes above this one keep their sign: -1, or 0 if zero does not
    std::int32_t zero;       ///< of magnitude zero if it does not
  };

  Rounding rounding;  ///< NearestAway and TowardZero also where others come to the same
  Path path;
  Care care;
  std::int32_t droppedBits;         ///< 23 - fraction bits
  std::int32_t smallestNormalBits;  ///< 2^smallestExponent as a float, scaled
  std::int32_t limitBits;  ///< what larger inputs are cut to: with Care::Plain the value whose code is asCode.beyond,
                           ///< else twice the power of two at or below the largest value
  std::int32_t signShift;  ///< from float's sign bit to the code's
  Outcome asFloat;
  Outcome asCode;  ///< meaningful for codes of up to 16 bits

  // From Care::Signs on
  std::int32_t
      firstPositive;  ///< inputs, as signed integers, below this one are negative: 0; 1 if zero is out of range

  // From Care::Gap on
  std::int32_t gapUp;  ///< magnitudes above this become at least gapEnd, which is larger; others become zero
  std::int32_t gapUpNegative;
  std::int32_t gapEnd;
  std::int32_t codeOffset;  ///< what the path's magnitude code exceeds the true one by
  std::int32_t oddIsEven;   ///< 1 where the parity of float's exponent field is not that of the code

  // Care::Scale
  std::int32_t scaleChangeBits;  ///< inputs below are multiplied by kScaleUp, others by kScaleDown
  std::int32_t codeStep;         ///< what the change takes off the path's magnitude code
  std::int32_t paddingBits;

  static constexpr int kScaleExponent = 32;  // even, so that no exponent's parity changes
  static constexpr float kScaleUp = 0x1p32F;
  static constexpr float kScaleDown = 0x1p-32F;
};

namespace detail {

constexpr std::int32_t powerOfTwoBits(int exponent) {
  return exponent >= -126 ? (exponent + 127) << 23 : 1 << (exponent + 149);
}

/// Neighbours among the values of a format, as bits; `low` is zero or both have the same place.
struct Gap {
  std::int32_t low;
  std::int32_t high;

  /// Halfway, rounded down or up to the next float.
  constexpr std::int32_t middle(bool up) const {
    if (low == 0 && high >= 2 << 23) return high - (1 << 23);
    return low + (high - low + (up ? 1 : 0)) / 2;  // of a number below 2^-125: subnormal, or 2^-126 by a carry
  }

  /// The largest input that goes to `low`, which a tie to even does; those above go to `high`.
  constexpr std::int32_t threshold(Rounding rounding, bool negative) const {
    switch (rounding) {
      case Rounding::NearestEven:
        return middle(false);
      case Rounding::NearestAway:
        return middle(true) - 1;
      case Rounding::TowardPositive:
        return negative ? high - 1 : low;
      case Rounding::TowardNegative:
        return negative ? low : high - 1;
      case Rounding::ToOdd:
        return low;
      case Rounding::TowardZero:
      case Rounding::Stochastic:  // has no plan
        break;
    }
    return high - 1;
  }
};

/// Works out the parts of a plan, each from those before.
class RoundingPlanner {
  using Path = RoundingPlan::Path;
  using Care = RoundingPlan::Care;

 public:
  constexpr explicit RoundingPlanner(const FloatRounding& rule)
      : m_rule(rule),
        m_spec(rule.spec),
        m_smallestExponent(m_spec.smallestExponent()),
        m_largestExponent(static_cast<int>(largestFiniteMagnitude(m_spec) >> m_spec.fractionBits) - m_spec.bias),
        m_smallestValue(floatBits(makeCode(m_spec, false, smallestMagnitude(m_spec)))),
        m_hasSubnormals(m_spec.bottom == Bottom::Subnormal && m_spec.fractionBits != 0),
        m_isPowersOfTwo(m_spec.bottom == Bottom::Normal && m_spec.fractionBits == 0) {}

  constexpr std::optional<RoundingPlan> make() {
    choosePath();
    if (m_plan.care == Care::Scale && m_spec.fractionBits > kMostAdderBits) return std::nullopt;
    chooseRounding();
    m_plan.droppedBits = 23 - m_spec.fractionBits;
    m_plan.signShift = 32 - m_spec.codeBits();
    m_plan.firstPositive = hasZero(m_spec) ? 0 : 1;
    setOutcomes();
    if (m_plan.care == Care::Plain && !specialsArePlain()) m_plan.care = Care::Specials;
    setLimit();
    closeGap();
    setScale();
    return m_plan;
  }

 private:
  static constexpr int kMostAdderBits = 21;

  constexpr std::int32_t floatBits(std::uint64_t code) const {
    return std::bit_cast<std::int32_t>(decodeToFloat(m_spec, code));
  }

  /// The values are 2^-127, which is a subnormal float, and powers of two that are none.
  constexpr bool isE8M0() const { return m_isPowersOfTwo && m_smallestExponent == -127; }

  constexpr bool shifts() const {
    if (m_hasSubnormals) return m_smallestExponent == -126;
    return m_smallestValue >= powerOfTwoBits(-126) || isE8M0();
  }

  /// The adder needs 2^(e + 23 - fractionBits), and twice that in ToOdd, for e from the smallest exponent to one above
  /// the largest: both must be normal floats, and so must the last place 2^(e - fractionBits).
  constexpr bool adds() const {
    return m_spec.fractionBits >= 1 && m_spec.fractionBits <= kMostAdderBits &&
           m_largestExponent + 1 + 23 - m_spec.fractionBits + 1 <= 127 &&
           m_smallestExponent - m_spec.fractionBits >= -126;
  }

  constexpr void choosePath() {
    const bool isPaddedCode = m_spec.paddingBits != 0 && m_spec.codeBits() <= 16;
    if (isPaddedCode || !(shifts() || adds())) {
      m_plan.path = m_spec.fractionBits == 0 ? Path::Shift : Path::Adder;
      m_plan.care = Care::Scale;
    } else {
      m_plan.path = shifts() ? Path::Shift : Path::Adder;
      const Care least = shifts() ? Care::Gap : Care::Signs;
      m_plan.care = hasNegativeZero(m_spec) && m_hasSubnormals ? Care::Plain : least;
    }
  }

  /// Nothing is dropped from a float, whatever the mode; the lanes' other modes need at least one dropped bit. Powers
  /// of two without a zero count as odd, all of them, so that ties go up.
  constexpr void chooseRounding() {
    m_plan.rounding = m_rule.rounding;
    if (m_isPowersOfTwo && m_rule.rounding == Rounding::NearestEven) m_plan.rounding = Rounding::NearestAway;
    if (m_isPowersOfTwo && m_rule.rounding == Rounding::ToOdd) m_plan.rounding = Rounding::TowardZero;
    if (m_spec.fractionBits == 23) m_plan.rounding = Rounding::TowardZero;
  }

  template <class Bits>
  constexpr RoundingPlan::Outcome outcome(const Bits& bits) const {
    const auto beyond = [&](bool negative, bool infinite) {
      return bits(encodeBeyondLargest(m_spec, negative, infinite, m_rule.rounding, m_rule.overflow).code);
    };
    const std::int32_t largest = bits(largestFiniteCode(m_spec, false));
    return {.largest = largest,
            .largestNegative = m_spec.signBits != 0 ? largest
                               : hasZero(m_spec)    ? 0
                                                    : -1,
            .beyond = beyond(false, false),
            .beyondNegative = beyond(true, false),
            .infinity = beyond(false, true),
            .infinityNegative = beyond(true, true),
            .nan = 0,
            .nanSign = 0,
            .signAbove = hasNegativeZero(m_spec) ? -1 : 0,
            .zero = 0};
  }

  constexpr void setOutcomes() {
    m_plan.asFloat = outcome([&](std::uint64_t code) { return floatBits(code); });
    m_plan.asFloat.nan = 0x7FC00000;
    m_plan.asFloat.nanSign = INT32_MIN;
    if (isE8M0()) m_plan.asFloat.zero = m_smallestValue;
    m_plan.asCode = outcome([](std::uint64_t code) { return static_cast<std::int32_t>(code); });
    m_plan.asCode.nan = static_cast<std::int32_t>(encodeNan(m_spec, false).code);
    m_plan.asCode.nanSign = m_plan.asCode.nan ^ static_cast<std::int32_t>(encodeNan(m_spec, true).code);
  }

  constexpr bool specialsArePlain() const {
    const bool nearest = m_plan.rounding == Rounding::NearestEven || m_plan.rounding == Rounding::NearestAway;
    const RoundingPlan::Outcome& code = m_plan.asCode;
    const std::int32_t sign = 1 << (31 - m_plan.signShift);
    return nearest && (code.beyond == code.largest || code.beyond == code.largest + 1) &&
           code.beyondNegative == (code.beyond | sign) && code.nanSign == sign;
  }

  constexpr void setLimit() {
    if (m_plan.care == Care::Plain)
      m_plan.limitBits =
          m_plan.asFloat.largest + ((m_plan.asCode.beyond - m_plan.asCode.largest) << m_plan.droppedBits);
    else
      m_plan.limitBits = m_largestExponent == 127 ? 0x7F7FFFFF : powerOfTwoBits(m_largestExponent + 1);
  }

  constexpr void closeGap() {
    if (m_hasSubnormals) {  // no gap, but below a quarter of the smallest value all but zero may be made the same
      m_plan.gapUp = m_plan.gapUpNegative = 0;
      m_plan.gapEnd = scalesUp() ? 1 : powerOfTwoBits(m_smallestExponent - m_spec.fractionBits - 2);
    } else if (hasZero(m_spec) || isE8M0()) {  // its code 0 is taken for a zero until the end
      const Gap gap = isE8M0() ? Gap{m_smallestValue, powerOfTwoBits(-126)} : Gap{0, m_smallestValue};
      m_plan.gapUp = gap.threshold(m_plan.rounding, false);
      m_plan.gapUpNegative = gap.threshold(m_plan.rounding, true);
      m_plan.gapEnd = gap.high;
    } else {
      m_plan.gapUp = m_plan.gapUpNegative = -1;
      m_plan.gapEnd = m_smallestValue;
    }
  }

  /// Scaled down, formats around 2^127 fit. Those that reach far below 1 are scaled up there, which makes float's
  /// subnormals normal; as the change is at 1, each half has room for the adder's constants.
  constexpr bool scalesUp() const { return m_smallestExponent < -2 * RoundingPlan::kScaleExponent; }

  constexpr void setScale() {
    const int scale = scalesUp() ? RoundingPlan::kScaleExponent : -RoundingPlan::kScaleExponent;
    const int scaled = m_plan.care == Care::Scale ? scale : 0;
    m_plan.smallestNormalBits = powerOfTwoBits(m_smallestExponent + scaled);
    const int hiddenBit = 1 << m_spec.fractionBits;
    const int fieldOffset = 127 + scaled - m_spec.bias;
    m_plan.codeOffset = (m_plan.path == Path::Shift ? fieldOffset : 1 - m_spec.firstNormalField()) * hiddenBit;
    m_plan.oddIsEven = m_spec.fractionBits == 0 ? fieldOffset & 1 : 0;
    m_plan.scaleChangeBits = scalesUp() ? powerOfTwoBits(0) : 0;
    m_plan.codeStep = scalesUp() ? 2 * RoundingPlan::kScaleExponent * hiddenBit : 0;
    m_plan.paddingBits = m_spec.paddingBits;
  }

  const FloatRounding& m_rule;
  const FloatSpec& m_spec;
  int m_smallestExponent;
  int m_largestExponent;
  std::int32_t m_smallestValue;  ///< as a float, which may be subnormal
  bool m_hasSubnormals;
  bool m_isPowersOfTwo;  ///< and nothing else, no zero
  RoundingPlan m_plan{};
};

}  // namespace detail

/// nullopt: the lanes do not cover this format; round it by its definition, core/formats/codec.h. They cover every
/// layout of up to 16 bits whose values are floats, and wider ones where that takes nothing more.
constexpr std::optional<RoundingPlan> makeRoundingPlan(const FloatRounding& rule) {
  if (rule.rounding == Rounding::Stochastic || rule.spec.codeBits() > 32 || !valuesAreFloats(rule.spec))
    return std::nullopt;
  return detail::RoundingPlanner(rule).make();
}

}  // namespace ulpscope::kernels
