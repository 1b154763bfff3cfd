// SPDX-License-Identifier: Apache-2.0
#include "core/formats/tapered_format.h"

#include <utility>

#include "core/formats/codec.h"
#include "core/formats/share.h"

namespace ulpscope {
namespace {

using Kind = Unrounded::Kind;

Unrounded magnitude(Unrounded number) {
  number.negative = false;
  return number;
}

/// The 64 bits alone, as a number of their own.
Unrounded withoutSticky(Unrounded number) {
  number.sticky = false;
  return number;
}

/// Of a number that lies between the values of the strings `below` and below + 1, whether it goes to the latter.
/// `cut` is the number's string with one bit more.
bool goesOutward(Taper taper, int bits, std::uint64_t below, const CutString& cut, const Unrounded& number,
                 const RoundingChoice& rounding) {
  const bool nearest = rounding.mode == Rounding::NearestEven || rounding.mode == Rounding::NearestAway;
  if (nearest && below == 0) return true;
  if (rounding.mode == Rounding::Stochastic)
    return drawnTo(magnitude(number), withoutSticky(valueOfString(taper, below, bits)),
                   withoutSticky(valueOfString(taper, below + 1, bits)), rounding.random);
  return dropBits(cut.string, 1, cut.rest, number.negative, rounding).quotient != below;
}

}  // namespace

TaperedFormat::TaperedFormat(FormatInfo info, Taper taper, int bits) : m_info(std::move(info)), m_taper(taper) {
  m_info.codeBits = bits;
}

std::uint64_t TaperedFormat::negated(std::uint64_t code) const { return (0 - code) & lowMask(m_info.codeBits); }

std::uint64_t TaperedFormat::magnitudeOf(std::uint64_t code) const { return isNegative(code) ? negated(code) : code; }

Unrounded TaperedFormat::decode(std::uint64_t code) const {
  if (code == nanCode()) return {.kind = Kind::Nan};
  Unrounded value = valueOfString(m_taper, magnitudeOf(code), m_info.codeBits);
  value.negative = isNegative(code);
  return value;
}

NumberClass TaperedFormat::classify(std::uint64_t code) const {
  if (code == nanCode()) return NumberClass::Nan;
  return code == 0 ? NumberClass::Zero : NumberClass::Normal;
}

Encoded TaperedFormat::encode(const Unrounded& number, const RoundingChoice& rounding, Overflow overflow) const {
  switch (number.kind) {
    case Kind::Zero:
      return {.code = 0};
    case Kind::Nan:
      return {.code = nanCode()};
    case Kind::Infinity:
      return encodeBeyondLargest(number, rounding, overflow);
    case Kind::Finite:
      break;
  }
  return encodeFinite(number, rounding, overflow);
}

Encoded TaperedFormat::encodeBeyondLargest(const Unrounded& number, const RoundingChoice& rounding,
                                           Overflow overflow) const {
  const bool infinite = number.kind == Kind::Infinity;
  const bool staysAtTheEnd = overflow == Overflow::Saturate ||
                             (!infinite && (overflow != Overflow::Nan || staysFinite(rounding.mode, number.negative)));
  const std::uint64_t end = number.negative ? negated(largestCode()) : largestCode();
  return {.code = staysAtTheEnd ? end : nanCode(), .exact = false, .overflowed = true};
}

Encoded TaperedFormat::encodeFinite(const Unrounded& number, const RoundingChoice& rounding, Overflow overflow) const {
  const int bits = m_info.codeBits;
  const CutString cut = cutToString(m_taper, number, bits + 1);
  const std::uint64_t below = cut.string >> 1;
  const bool exact = (cut.string & 1) == 0 && !cut.rest;
  if (!exact && below == largestCode()) return encodeBeyondLargest(number, rounding, overflow);
  const bool outward = !exact && goesOutward(m_taper, bits, below, cut, number, rounding);
  const std::uint64_t code = below + (outward ? 1 : 0);
  return {.code = number.negative ? negated(code) : code, .exact = exact, .underflowed = code == 0};
}

std::vector<BitField> TaperedFormat::fields(std::uint64_t code) const {
  const TaperedParts parts = takeApart(m_taper, code, m_info.codeBits);
  std::vector<BitField> fields;
  int highest = m_info.codeBits - 1;
  const auto add = [&](FieldKind kind, int bits) {
    if (bits == 0) return;
    fields.push_back({kind, highest, bits});
    highest -= bits;
  };
  add(FieldKind::Sign, 1);
  add(FieldKind::Direction, parts.directionBits);
  add(FieldKind::Regime, parts.regimeBits);
  add(m_taper == Taper::Posit ? FieldKind::Exponent : FieldKind::Characteristic, parts.exponentBits);
  add(FieldKind::Fraction, parts.fractionBits);
  return fields;
}

std::optional<std::uint64_t> TaperedFormat::nextUp(std::uint64_t code) const {
  if (code == nanCode() || code == largestCode()) return std::nullopt;
  return (code + 1) & lowMask(m_info.codeBits);
}

std::optional<std::uint64_t> TaperedFormat::nextDown(std::uint64_t code) const {
  if (code == nanCode() || code == nanCode() + 1) return std::nullopt;
  return (code - 1) & lowMask(m_info.codeBits);
}

}  // namespace ulpscope
