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
// Preconditions of every function here: one sign bit, 2 to 11 exponent bits, at most 62 fraction bits (at least one
// with Specials::Ieee), at most 64 code bits.
namespace ulpscope {

constexpr std::uint64_t lowMask(int bits) { return bits == 0 ? 0 : ~std::uint64_t{0} >> (64 - bits); }

// A code without sign and padding is its "magnitude": exponent and fraction fields as one integer, which grows with the
// value. Zero is magnitude 0; the special codes are the largest magnitudes.

constexpr std::uint64_t allOnesMagnitude(const FloatSpec& spec) {
  return lowMask(spec.exponentBits + spec.fractionBits);
}

constexpr std::uint64_t largestFiniteMagnitude(const FloatSpec& spec) {
  switch (spec.specials) {
    case Specials::Ieee:
      return allOnesMagnitude(spec) - (std::uint64_t{1} << spec.fractionBits);
    case Specials::NanOnly:
      return allOnesMagnitude(spec) - 1;
    case Specials::None:
      break;
  }
  return allOnesMagnitude(spec);
}

/// Of the smallest value other than zero.
constexpr std::uint64_t smallestMagnitude(const FloatSpec& spec) {
  return spec.subnormals ? 1 : std::uint64_t{1} << spec.fractionBits;
}

constexpr bool hasInfinity(const FloatSpec& spec) { return spec.specials == Specials::Ieee; }
constexpr bool hasNan(const FloatSpec& spec) { return spec.specials != Specials::None; }

/// Padding is not part of a number, as in the hardware that reads tfloat32 from a 32-bit register: codes that differ
/// only there are the same value, and encoding writes zeros.
constexpr std::uint64_t magnitudeOf(const FloatSpec& spec, std::uint64_t code) {
  return code >> spec.paddingBits & allOnesMagnitude(spec);
}

constexpr bool isNegative(const FloatSpec& spec, std::uint64_t code) {
  return (code >> (spec.codeBits() - 1) & 1) != 0;
}

constexpr std::uint64_t makeCode(const FloatSpec& spec, bool negative, std::uint64_t magnitude) {
  return std::uint64_t{negative} << (spec.codeBits() - 1) | magnitude << spec.paddingBits;
}

constexpr std::uint64_t largestFiniteCode(const FloatSpec& spec, bool negative) {
  return makeCode(spec, negative, largestFiniteMagnitude(spec));
}

/// Precondition: hasInfinity(spec).
constexpr std::uint64_t infinityCode(const FloatSpec& spec, bool negative) {
  return makeCode(spec, negative, largestFiniteMagnitude(spec) + 1);
}

/// The NaN that encoding writes. Ieee: only the top fraction bit set, so quiet (0x7FC0 in bfloat16, 0x7E in
/// float8_e5m2); NanOnly: the only one there is. The sign is kept. Precondition: hasNan(spec).
constexpr std::uint64_t quietNanCode(const FloatSpec& spec, bool negative) {
  if (spec.specials == Specials::NanOnly) return makeCode(spec, negative, allOnesMagnitude(spec));
  const std::uint64_t top = std::uint64_t{1} << (spec.fractionBits - 1);
  return makeCode(spec, negative, (largestFiniteMagnitude(spec) + 1) | top);
}

/// The exact value. Without subnormals, exponent field zero is zero whatever the fraction.
constexpr Unrounded decodeFloat(const FloatSpec& spec, std::uint64_t code) {
  const bool negative = isNegative(spec, code);
  const std::uint64_t magnitude = magnitudeOf(spec, code);
  if (magnitude > largestFiniteMagnitude(spec)) {
    const bool infinite = hasInfinity(spec) && magnitude == largestFiniteMagnitude(spec) + 1;
    return {.kind = infinite ? Unrounded::Kind::Infinity : Unrounded::Kind::Nan, .negative = negative};
  }
  const std::uint64_t hiddenBit = std::uint64_t{1} << spec.fractionBits;
  const std::uint64_t fraction = magnitude & (hiddenBit - 1);
  const int exponentField = static_cast<int>(magnitude >> spec.fractionBits);
  if (exponentField == 0)
    return exactNumber(negative, spec.subnormals ? fraction : 0, spec.smallestExponent() - spec.fractionBits);
  return exactNumber(negative, fraction | hiddenBit, exponentField - spec.bias - spec.fractionBits);
}

/// `significand` without its lowest `dropped` bits, rounded.
template <class Word>
struct RoundedBits {
  Word quotient;
  bool exact;
};

/// Rounds significand / 2^dropped to an integer; `sticky` says that the true significand is a fraction of one larger.
/// Preconditions: dropped >= 1; `significand` is not zero. The quotient never wraps: it has a bit to spare.
template <class Word>
constexpr RoundedBits<Word> dropBits(Word significand, int dropped, bool sticky, bool negative, Rounding rounding) {
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
  const bool odd = (kept & 1) != 0;
  bool up = false;
  switch (rounding) {
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

/// Where a number beyond the largest finite value goes. Infinity itself is not subject to rounding: in the formats that
/// have one, only Overflow::Saturate and Overflow::Nan keep it from its code.
constexpr Encoded encodeBeyondLargest(const FloatSpec& spec, bool negative, bool infinite, Rounding rounding,
                                      Overflow overflow) {
  const bool directed = !infinite && staysFinite(rounding, negative);
  const bool wantsNan = overflow == Overflow::Nan || !hasInfinity(spec);
  if (overflow == Overflow::Saturate || !hasNan(spec) || (overflow == Overflow::Format && directed))
    return {.code = largestFiniteCode(spec, negative), .exact = false, .overflowed = true};
  if (wantsNan) return {.code = quietNanCode(spec, negative), .exact = false, .overflowed = true};
  return {.code = infinityCode(spec, negative), .exact = infinite, .overflowed = !infinite};
}

constexpr Encoded encodeNan(const FloatSpec& spec, bool negative) {
  if (!hasNan(spec)) return {.code = 0, .exact = false, .lostNan = true};
  return {.code = quietNanCode(spec, negative)};
}

/// Rounds +-significand * 2^exponent, plus a fraction of the last bit if `sticky`. Word is uint64_t, or uint32_t for
/// formats with at most 30 fraction bits and 31 bits of exponent and fraction. Precondition: the top bit is set.
template <class Word>
constexpr Encoded encodeFinite(const FloatSpec& spec, bool negative, Word significand, int exponent, bool sticky,
                               Rounding rounding, Overflow overflow) {
  constexpr int kWordBits = static_cast<int>(sizeof(Word) * 8);
  const int leading = exponent + kWordBits - 1;  // weight of the top bit
  const int smallest = spec.smallestExponent();
  const int largest = static_cast<int>(largestFiniteMagnitude(spec) >> spec.fractionBits) - spec.bias;
  if (leading > largest) return encodeBeyondLargest(spec, negative, false, rounding, overflow);

  const bool normal = leading >= smallest;
  const int stepBelow = spec.subnormals ? smallest - spec.fractionBits : smallest;  // spacing from zero to `smallest`
  const int lastPlace = normal ? leading - spec.fractionBits : stepBelow;
  const auto [quotient, exact] = dropBits(significand, lastPlace - exponent, sticky, negative, rounding);

  // The hidden bit of a normal quotient adds one to the exponent field, so the field starts one lower; a quotient that
  // was rounded up to the next power of two carries into it by the same addition, as does a subnormal that became
  // normal.
  Word magnitude = quotient;
  if (normal)
    magnitude += static_cast<Word>(leading - smallest) << spec.fractionBits;
  else if (!spec.subnormals)
    magnitude <<= spec.fractionBits;
  if (magnitude > largestFiniteMagnitude(spec)) return encodeBeyondLargest(spec, negative, false, rounding, overflow);
  return {.code = makeCode(spec, negative, magnitude), .exact = exact, .underflowed = magnitude == 0};
}

constexpr Encoded encodeFloat(const FloatSpec& spec, const Unrounded& number, Rounding rounding, Overflow overflow) {
  switch (number.kind) {
    case Unrounded::Kind::Zero:
      return {.code = makeCode(spec, number.negative, 0)};
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
constexpr Encoded encodeFloat(const FloatSpec& spec, float value, Rounding rounding, Overflow overflow) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  const bool negative = bits >> 31 != 0;
  const std::uint32_t magnitude = bits & 0x7FFFFFFFu;
  if (magnitude > 0x7F800000u) return encodeNan(spec, negative);
  if (magnitude == 0x7F800000u) return encodeBeyondLargest(spec, negative, true, rounding, overflow);
  if (magnitude == 0) return {.code = makeCode(spec, negative, 0)};
  const int field = static_cast<int>(magnitude >> 23);
  const std::uint32_t significand = field == 0 ? magnitude : (magnitude & 0x7FFFFFu) | 0x800000u;
  const int shift = std::countl_zero(significand);
  const int exponent = (field == 0 ? 1 : field) - 127 - 23 - shift;
  return encodeFinite<std::uint32_t>(spec, negative, significand << shift, exponent, false, rounding, overflow);
}

/// The value of `code` as a float; NaN becomes the quiet NaN of its sign. Precondition: the value is a float.
constexpr float decodeToFloat(const FloatSpec& spec, std::uint64_t code) {
  const std::uint32_t sign = std::uint32_t{isNegative(spec, code)} << 31;
  const std::uint64_t magnitude = magnitudeOf(spec, code);
  if (magnitude > largestFiniteMagnitude(spec)) {
    const bool infinite = hasInfinity(spec) && magnitude == largestFiniteMagnitude(spec) + 1;
    return std::bit_cast<float>(sign | (infinite ? 0x7F800000u : 0x7FC00000u));
  }
  const std::uint32_t hiddenBit = std::uint32_t{1} << spec.fractionBits;
  const std::uint32_t fraction = static_cast<std::uint32_t>(magnitude) & (hiddenBit - 1);
  const int field = static_cast<int>(magnitude >> spec.fractionBits);
  const std::uint32_t significand = field != 0 ? fraction | hiddenBit : spec.subnormals ? fraction : 0;
  if (significand == 0) return std::bit_cast<float>(sign);
  const int shift = std::countl_zero(significand) - 8;  // brings the leading bit to float's hidden bit, 23
  const std::uint32_t aligned = significand << shift;
  const int exponent = (field == 0 ? 1 : field) - spec.bias - spec.fractionBits - shift + 23;  // of the leading bit
  if (exponent < -126) return std::bit_cast<float>(sign | aligned >> (-126 - exponent));
  return std::bit_cast<float>(sign | static_cast<std::uint32_t>(exponent + 127) << 23 | (aligned & 0x7FFFFFu));
}

/// `value` rounded to the format. NaN becomes the quiet NaN of its sign, also where the format has none. Precondition:
/// every value of the format is a float.
constexpr float roundFloat(const FloatSpec& spec, float value, Rounding rounding, Overflow overflow) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7FFFFFFFu) > 0x7F800000u) return std::bit_cast<float>((bits & 0x80000000u) | 0x7FC00000u);
  return decodeToFloat(spec, encodeFloat(spec, value, rounding, overflow).code);
}

}  // namespace ulpscope
