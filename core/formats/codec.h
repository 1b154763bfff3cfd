// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <bit>
#include <cstdint>

#include "core/formats/encoded.h"
#include "core/formats/float_spec.h"
#include "core/formats/rounding.h"
#include "core/formats/unrounded.h"

// Between numbers and the codes of a FloatSpec, in integer arithmetic and constexpr throughout: the same lines run on
// the host, in static_assert, and (nvcc --expt-relaxed-constexpr) in a CUDA kernel.
//
// Preconditions of every function here: 1 to 15 exponent bits, at most 62 fraction bits (at least one with
// Specials::Ieee), at most 64 code bits; a sign bit with Specials::NegativeZeroNan and none with Bottom::Normal; at
// most 30 fraction bits with Bottom::NormalButZero.
namespace ulpscope {

constexpr std::uint64_t lowMask(int bits) { return bits == 0 ? 0 : ~std::uint64_t{0} >> (64 - bits); }

// A code without sign and padding is its "magnitude": exponent and fraction fields as one integer, which grows with the
// value. Zero is magnitude 0; the special codes are the largest magnitudes, but for a NaN at negative zero.

constexpr std::uint64_t allOnesMagnitude(const FloatSpec& spec) {
  return lowMask(spec.exponentBits + spec.fractionBits);
}

/// NaN has the code that would be negative zero.
constexpr bool nanIsNegativeZero(const FloatSpec& spec) {
  return spec.specials == Specials::NegativeZeroNan || (spec.specials == Specials::Extended && spec.signBits != 0);
}

constexpr std::uint64_t largestFiniteMagnitude(const FloatSpec& spec) {
  switch (spec.specials) {
    case Specials::Ieee:
      return allOnesMagnitude(spec) - (std::uint64_t{1} << spec.fractionBits);
    case Specials::NanOnly:
      return allOnesMagnitude(spec) - 1;
    case Specials::Extended:
      return allOnesMagnitude(spec) - (nanIsNegativeZero(spec) ? 1 : 2);
    case Specials::None:
    case Specials::NegativeZeroNan:
      break;
  }
  return allOnesMagnitude(spec);
}

/// Of the smallest value other than zero.
constexpr std::uint64_t smallestMagnitude(const FloatSpec& spec) {
  switch (spec.bottom) {
    case Bottom::Flushed:
      return std::uint64_t{1} << spec.fractionBits;
    case Bottom::Normal:
      return 0;
    case Bottom::Subnormal:
    case Bottom::NormalButZero:
      break;
  }
  return 1;
}

constexpr bool hasInfinity(const FloatSpec& spec) {
  return spec.specials == Specials::Ieee || spec.specials == Specials::Extended;
}
constexpr bool hasNan(const FloatSpec& spec) { return spec.specials != Specials::None; }
constexpr bool hasZero(const FloatSpec& spec) { return spec.bottom != Bottom::Normal; }
constexpr bool hasNegativeZero(const FloatSpec& spec) {
  return spec.signBits != 0 && hasZero(spec) && !nanIsNegativeZero(spec);
}

/// Padding is not part of a number, as in the hardware that reads tfloat32 from a 32-bit register: codes that differ
/// only there are the same value, and encoding writes zeros.
constexpr std::uint64_t magnitudeOf(const FloatSpec& spec, std::uint64_t code) {
  return code >> spec.paddingBits & allOnesMagnitude(spec);
}

/// The sign bit.
constexpr bool isNegative(const FloatSpec& spec, std::uint64_t code) {
  return spec.signBits != 0 && (code >> (spec.codeBits() - 1) & 1) != 0;
}

/// Of a finite value or infinity. Negative zero is the zero there is; `negative` means nothing without a sign bit.
constexpr std::uint64_t makeCode(const FloatSpec& spec, bool negative, std::uint64_t magnitude) {
  const bool sign = negative && spec.signBits != 0 && (magnitude != 0 || !nanIsNegativeZero(spec));
  return std::uint64_t{sign} << (spec.codeBits() - 1) | magnitude << spec.paddingBits;
}

/// The end of the range on either side; the lower one without a sign bit is magnitude 0.
constexpr std::uint64_t largestFiniteCode(const FloatSpec& spec, bool negative) {
  return makeCode(spec, negative, negative && spec.signBits == 0 ? 0 : largestFiniteMagnitude(spec));
}

/// Preconditions: hasInfinity(spec); not negative without a sign bit.
constexpr std::uint64_t infinityCode(const FloatSpec& spec, bool negative) {
  return makeCode(spec, negative, largestFiniteMagnitude(spec) + 1);
}

/// The NaN that encoding writes. Ieee: only the top fraction bit set, so quiet (0x7FC0 in bfloat16, 0x7E in
/// float8_e5m2); elsewhere the only one there is, of its sign. Precondition: hasNan(spec).
constexpr std::uint64_t quietNanCode(const FloatSpec& spec, bool negative) {
  if (nanIsNegativeZero(spec)) return std::uint64_t{1} << (spec.codeBits() - 1);
  if (spec.specials != Specials::Ieee) return makeCode(spec, negative, allOnesMagnitude(spec));
  const std::uint64_t top = std::uint64_t{1} << (spec.fractionBits - 1);
  return makeCode(spec, negative, (largestFiniteMagnitude(spec) + 1) | top);
}

/// A code that is no finite value.
constexpr bool isSpecial(const FloatSpec& spec, std::uint64_t code) {
  const std::uint64_t magnitude = magnitudeOf(spec, code);
  return magnitude > largestFiniteMagnitude(spec) ||
         (magnitude == 0 && nanIsNegativeZero(spec) && isNegative(spec, code));
}

constexpr bool isInfinity(const FloatSpec& spec, std::uint64_t code) {
  return hasInfinity(spec) && magnitudeOf(spec, code) == largestFiniteMagnitude(spec) + 1;
}

/// A finite magnitude as significand * 2^exponent, not normalized.
struct Significand {
  std::uint64_t bits;
  int exponent;
};

constexpr Significand significandOf(const FloatSpec& spec, std::uint64_t magnitude) {
  const std::uint64_t hiddenBit = std::uint64_t{1} << spec.fractionBits;
  const std::uint64_t fraction = magnitude & (hiddenBit - 1);
  const int field = static_cast<int>(magnitude >> spec.fractionBits);
  if (field != 0) return {fraction | hiddenBit, field - spec.bias - spec.fractionBits};
  const int exponent = spec.smallestExponent() - spec.fractionBits;
  switch (spec.bottom) {
    case Bottom::Subnormal:
      return {fraction, exponent};
    case Bottom::Flushed:
      return {0, exponent};
    case Bottom::Normal:
      return {fraction | hiddenBit, exponent};
    case Bottom::NormalButZero:
      break;
  }
  return {fraction == 0 ? 0 : fraction | hiddenBit, exponent};
}

/// The exact value. The one NaN of a format has no sign.
constexpr Unrounded decodeFloat(const FloatSpec& spec, std::uint64_t code) {
  const bool negative = isNegative(spec, code);
  if (isSpecial(spec, code)) {
    if (isInfinity(spec, code)) return {.kind = Unrounded::Kind::Infinity, .negative = negative};
    return {.kind = Unrounded::Kind::Nan, .negative = negative && !nanIsNegativeZero(spec)};
  }
  const auto [bits, exponent] = significandOf(spec, magnitudeOf(spec, code));
  return exactNumber(negative, bits, exponent);
}

/// `significand` without its lowest `dropped` bits, rounded.
template <class Word>
struct RoundedBits {
  Word quotient;
  bool exact;
};

/// Whether a share p of a place is rounded up by `random`: p lies in [tail, tail + 1) / 2^tailBits, above its lower end
/// if `rest`. Precondition: tailBits == random.count + 1.
constexpr bool drawnUp(std::uint64_t tail, bool rest, const RandomBits& random) {
  const std::uint64_t threshold = 2 * random.value + 1;
  return tail > threshold || (tail == threshold && rest);
}

/// Rounds significand / 2^dropped to an integer; `sticky` says that the true significand is a fraction of one larger.
/// `evenCountsAsOdd`: even quotients are the ones that count as odd. Preconditions: dropped >= 1; `significand` is not
/// zero. The quotient never wraps: it has a bit to spare.
template <class Word>
constexpr RoundedBits<Word> dropBits(Word significand, int dropped, bool sticky, bool negative,
                                     const RoundingChoice& rounding, bool evenCountsAsOdd = false) {
  constexpr int kWordBits = static_cast<int>(sizeof(Word) * 8);
  Word kept = 0;
  bool guard = false;  // the first dropped bit: worth half of the last kept one
  bool rest = true;    // whether anything is set below it
  if (dropped <= kWordBits) {
    kept = dropped == kWordBits ? 0 : significand >> dropped;
    guard = (significand >> (dropped - 1) & 1) != 0;
    rest = sticky || (significand & ((Word{1} << (dropped - 1)) - 1)) != 0;
  }
  const bool exact = !guard && !rest;
  const bool odd = ((kept & 1) != 0) != evenCountsAsOdd;
  bool up = false;
  switch (rounding.mode) {
    case Rounding::NearestEven:
      up = guard && (rest || odd);
      break;
    case Rounding::NearestAway:
      up = guard;
      break;
    case Rounding::TowardZero:
      break;
    case Rounding::TowardPositive:
      up = !exact && !negative;
      break;
    case Rounding::TowardNegative:
      up = !exact && negative;
      break;
    case Rounding::ToOdd:
      up = !exact && !odd;
      break;
    case Rounding::Stochastic: {
      const int tailBits = rounding.random.count + 1;
      const std::uint64_t tail = dropped >= kWordBits ? significand : significand & ((Word{1} << dropped) - 1);
      const int cut = dropped - tailBits;
      if (cut <= 0)
        up = drawnUp(tail << -cut, sticky, rounding.random);
      else if (cut < 64)
        up = drawnUp(tail >> cut, sticky || (tail & lowMask(cut)) != 0, rounding.random);
      break;
    }
  }
  return {static_cast<Word>(kept + (up ? 1 : 0)), exact};
}

/// Whether rounding a magnitude past the largest finite value gives that value back, as IEEE 754-2019 7.4 has it for
/// the directed modes. To-odd does the same: its results are meant to be rounded again, and infinity would be lost
/// information.
constexpr bool staysFinite(Rounding rounding, bool negative) {
  switch (rounding) {
    case Rounding::NearestEven:
    case Rounding::NearestAway:
    case Rounding::Stochastic:
      return false;
    case Rounding::TowardZero:
    case Rounding::ToOdd:
      return true;
    case Rounding::TowardPositive:
      return negative;
    case Rounding::TowardNegative:
      return !negative;
  }
  return false;
}

/// Where a number beyond the largest finite value goes, or, without a sign bit, one below zero. Infinity itself is not
/// subject to rounding: in the formats that have one, only Overflow::Saturate and Overflow::Nan keep it from its code.
constexpr Encoded encodeBeyondLargest(const FloatSpec& spec, bool negative, bool infinite,
                                      const RoundingChoice& rounding, Overflow overflow) {
  const bool directed = !infinite && staysFinite(rounding.mode, negative);
  const bool hasThatInfinity = hasInfinity(spec) && !(negative && spec.signBits == 0);
  if (overflow == Overflow::Saturate || !hasNan(spec) || (overflow == Overflow::Format && directed))
    return {.code = largestFiniteCode(spec, negative), .exact = false, .overflowed = true};
  if (overflow == Overflow::Nan || !hasThatInfinity)
    return {.code = quietNanCode(spec, negative), .exact = false, .overflowed = true};
  return {.code = infinityCode(spec, negative), .exact = infinite, .overflowed = !infinite};
}

constexpr Encoded encodeNan(const FloatSpec& spec, bool negative) {
  if (!hasNan(spec)) return {.code = 0, .exact = false, .lostNan = true};
  return {.code = quietNanCode(spec, negative)};
}

/// Without a zero, zero lies below the range.
constexpr Encoded encodeZero(const FloatSpec& spec, bool negative, const RoundingChoice& rounding, Overflow overflow) {
  if (hasZero(spec)) return {.code = makeCode(spec, negative, 0)};
  return encodeBeyondLargest(spec, true, false, rounding, overflow);
}

/// A number between zero and the smallest value m * 2^exponent of a format with Bottom::NormalButZero, where m and not
/// a power of two is the step: whether it goes to that value. Precondition: m < 2^31.
constexpr bool leavesZero(const Unrounded& number, std::uint64_t m, int exponent, const RoundingChoice& rounding) {
  const auto above = [&](const Unrounded& threshold, bool orEqual) {
    if (number.exponent != threshold.exponent) return number.exponent > threshold.exponent;
    if (number.significand != threshold.significand) return number.significand > threshold.significand;
    return number.sticky || orEqual;
  };
  const RandomBits& random = rounding.random;
  switch (rounding.mode) {
    case Rounding::NearestEven:
    case Rounding::NearestAway:  // the code of zero is the even one
      return above(exactNumber(false, m, exponent - 1), rounding.mode == Rounding::NearestAway);
    case Rounding::TowardPositive:
      return !number.negative;
    case Rounding::TowardNegative:
      return number.negative;
    case Rounding::ToOdd:
      return true;
    case Rounding::Stochastic:
      return above(exactNumber(false, m * (2 * random.value + 1), exponent - random.count - 1), false);
    case Rounding::TowardZero:
      break;
  }
  return false;
}

/// Whether dropBits takes even quotients for odd, where the leading bit weighs 2^leading. Without fraction bits the
/// code decides what is even, but where there is no zero: there ties go up, as in the conversions to E8M0 of ml_dtypes
/// and PyTorch. Precondition: leading >= spec.smallestExponent().
constexpr bool oddIsEven(const FloatSpec& spec, int leading) {
  return spec.fractionBits == 0 && hasZero(spec) && (leading + spec.bias - 1) % 2 != 0;
}

/// Rounds +-significand * 2^exponent, plus a fraction of the last bit if `sticky`. Word is uint64_t, or uint32_t for
/// formats with at most 30 fraction bits and 31 bits of exponent and fraction. Precondition: the top bit is set.
template <class Word>
constexpr Encoded encodeFinite(const FloatSpec& spec, bool negative, Word significand, int exponent, bool sticky,
                               const RoundingChoice& rounding, Overflow overflow) {
  constexpr int kWordBits = static_cast<int>(sizeof(Word) * 8);
  const int leading = exponent + kWordBits - 1;  // weight of the top bit
  const int smallest = spec.smallestExponent();
  const int largest = static_cast<int>(largestFiniteMagnitude(spec) >> spec.fractionBits) - spec.bias;
  if (leading > largest) return encodeBeyondLargest(spec, negative, false, rounding, overflow);

  const bool normal = leading >= smallest;
  const bool flushes = !normal && spec.bottom != Bottom::Subnormal;  // one step from zero to the smallest value
  const int lastPlace = (normal ? leading : smallest) - (flushes ? 0 : spec.fractionBits);
  // The hidden bit of a normal quotient adds one to the exponent field, so the field starts one lower; a quotient that
  // was rounded up to the next power of two carries into it by the same addition, as does a subnormal that became
  // normal.
  const int field = normal ? leading + spec.bias - 1 : 0;
  const auto [quotient, exact] =
      dropBits(significand, lastPlace - exponent, sticky, negative, rounding, normal && oddIsEven(spec, leading));

  Word magnitude = static_cast<Word>(quotient + (static_cast<Word>(field) << spec.fractionBits));
  if (flushes) magnitude = static_cast<Word>(quotient << spec.fractionBits);
  if (spec.bottom == Bottom::Normal && !normal) magnitude = 0;
  const bool keepsHiddenBitAlone = significand >> (kWordBits - 1 - spec.fractionBits) == Word{1} << spec.fractionBits;
  if (spec.bottom == Bottom::NormalButZero && (!normal || (leading == smallest && keepsHiddenBitAlone))) {
    constexpr int kShift = 64 - kWordBits;
    const Unrounded number{Unrounded::Kind::Finite, negative, std::uint64_t{significand} << kShift, exponent - kShift,
                           sticky};
    const std::uint64_t m = (std::uint64_t{1} << spec.fractionBits) + 1;
    magnitude = leavesZero(number, m, smallest - spec.fractionBits, rounding) ? 1 : 0;
  }
  if (magnitude > largestFiniteMagnitude(spec) ||
      (negative && spec.signBits == 0 && (magnitude != 0 || !hasZero(spec))))
    return encodeBeyondLargest(spec, negative, false, rounding, overflow);
  const bool becameZero = magnitude == 0 && hasZero(spec);
  return {.code = makeCode(spec, negative, magnitude),
          .exact = exact && !becameZero && !flushes,
          .underflowed = becameZero};
}

constexpr Encoded encodeFloat(const FloatSpec& spec, const Unrounded& number, const RoundingChoice& rounding,
                              Overflow overflow) {
  switch (number.kind) {
    case Unrounded::Kind::Zero:
      return encodeZero(spec, number.negative, rounding, overflow);
    case Unrounded::Kind::Nan:
      return encodeNan(spec, number.negative);
    case Unrounded::Kind::Infinity:
      return encodeBeyondLargest(spec, number.negative, true, rounding, overflow);
    case Unrounded::Kind::Finite:
      break;
  }
  return encodeFinite(spec, number.negative, number.significand, number.exponent, number.sticky, rounding, overflow);
}

// --- From and to float, in 32-bit words: what bulk conversion is made of. ---

/// Same as encoding the float's exact value. Preconditions: at most 30 fraction bits, 31 with the exponent.
constexpr Encoded encodeFloat(const FloatSpec& spec, float value, const RoundingChoice& rounding, Overflow overflow) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  const bool negative = bits >> 31 != 0;
  const std::uint32_t magnitude = bits & 0x7FFFFFFFu;
  if (magnitude > 0x7F800000u) return encodeNan(spec, negative);
  if (magnitude == 0x7F800000u) return encodeBeyondLargest(spec, negative, true, rounding, overflow);
  if (magnitude == 0) return encodeZero(spec, negative, rounding, overflow);
  const int field = static_cast<int>(magnitude >> 23);
  const std::uint32_t significand = field == 0 ? magnitude : (magnitude & 0x7FFFFFu) | 0x800000u;
  const int shift = std::countl_zero(significand);
  const int exponent = (field == 0 ? 1 : field) - 127 - 23 - shift;
  return encodeFinite<std::uint32_t>(spec, negative, significand << shift, exponent, false, rounding, overflow);
}

/// Whether every value of the format is a float.
constexpr bool valuesAreFloats(const FloatSpec& spec) {
  const int largestExponent = static_cast<int>(largestFiniteMagnitude(spec) >> spec.fractionBits) - spec.bias;
  return spec.fractionBits <= 23 && largestExponent <= 127 && spec.smallestExponent() - spec.fractionBits >= -149;
}

/// The value of `code` as a float; NaN becomes the quiet NaN of its sign. Precondition: the value is a float.
constexpr float decodeToFloat(const FloatSpec& spec, std::uint64_t code) {
  const std::uint32_t sign = std::uint32_t{isNegative(spec, code)} << 31;
  if (isSpecial(spec, code)) {
    if (isInfinity(spec, code)) return std::bit_cast<float>(sign | 0x7F800000u);
    return std::bit_cast<float>((nanIsNegativeZero(spec) ? 0 : sign) | 0x7FC00000u);
  }
  const auto [significand, lastPlace] = significandOf(spec, magnitudeOf(spec, code));
  if (significand == 0) return std::bit_cast<float>(sign);
  const int shift = std::countl_zero(static_cast<std::uint32_t>(significand)) - 8;  // to float's hidden bit, 23
  const std::uint32_t aligned = static_cast<std::uint32_t>(significand) << shift;
  const int exponent = lastPlace - shift + 23;  // of the leading bit
  if (exponent < -126) return std::bit_cast<float>(sign | aligned >> (-126 - exponent));
  return std::bit_cast<float>(sign | static_cast<std::uint32_t>(exponent + 127) << 23 | (aligned & 0x7FFFFFu));
}

/// `value` rounded to the format. NaN becomes the quiet NaN of its sign, also where the format has none. Precondition:
/// valuesAreFloats(spec).
constexpr float roundFloat(const FloatSpec& spec, float value, const RoundingChoice& rounding, Overflow overflow) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7FFFFFFFu) > 0x7F800000u) return std::bit_cast<float>((bits & 0x80000000u) | 0x7FC00000u);
  return decodeToFloat(spec, encodeFloat(spec, value, rounding, overflow).code);
}

}  // namespace ulpscope
