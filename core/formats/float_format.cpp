// SPDX-License-Identifier: Apache-2.0
#include "core/formats/float_format.h"

#include <utility>

#include "core/formats/codec.h"

namespace ulpscope {

FloatFormat::FloatFormat(FormatInfo info, const FloatSpec& spec) : m_info(std::move(info)), m_spec(spec) {
  m_info.codeBits = spec.codeBits();
}

Unrounded FloatFormat::decode(std::uint64_t code) const { return decodeFloat(m_spec, code); }

NumberClass FloatFormat::classify(std::uint64_t code) const {
  switch (decodeFloat(m_spec, code).kind) {
    case Unrounded::Kind::Zero:
      return NumberClass::Zero;
    case Unrounded::Kind::Infinity:
      return NumberClass::Infinity;
    case Unrounded::Kind::Nan:
      return NumberClass::Nan;
    case Unrounded::Kind::Finite:
      break;
  }
  const bool hasHiddenBit = magnitudeOf(m_spec, code) >> m_spec.fractionBits != 0 || m_spec.firstNormalField() == 0;
  return hasHiddenBit ? NumberClass::Normal : NumberClass::Subnormal;
}

Encoded FloatFormat::encode(const Unrounded& number, const RoundingChoice& rounding, Overflow overflow) const {
  return encodeFloat(m_spec, number, rounding, overflow);
}

std::vector<BitField> FloatFormat::fields(std::uint64_t) const {
  std::vector<BitField> fields;
  int highest = m_spec.codeBits() - 1;
  const auto add = [&](FieldKind kind, int bits) {
    if (bits == 0) return;
    fields.push_back({kind, highest, bits});
    highest -= bits;
  };
  add(FieldKind::Sign, m_spec.signBits);
  add(FieldKind::Exponent, m_spec.exponentBits);
  add(FieldKind::Fraction, m_spec.fractionBits);
  add(FieldKind::Padding, m_spec.paddingBits);
  return fields;
}

std::optional<std::uint64_t> FloatFormat::nextUp(std::uint64_t code) const { return neighbour(code, true); }
std::optional<std::uint64_t> FloatFormat::nextDown(std::uint64_t code) const { return neighbour(code, false); }

std::optional<std::uint64_t> FloatFormat::neighbour(std::uint64_t code, bool upward) const {
  const Unrounded::Kind kind = decodeFloat(m_spec, code).kind;
  if (kind == Unrounded::Kind::Nan) return std::nullopt;
  const std::uint64_t smallest = smallestMagnitude(m_spec);
  const bool hasSign = m_spec.signBits != 0;
  if (kind == Unrounded::Kind::Zero) {
    if (!upward && !hasSign) return std::nullopt;
    return makeCode(m_spec, !upward, smallest);
  }

  const bool negative = isNegative(m_spec, code);
  const std::uint64_t magnitude = magnitudeOf(m_spec, code);
  if (negative == upward) {  // toward zero; the zero that both signs meet in is +0
    if (magnitude != smallest) return makeCode(m_spec, negative, magnitude - 1);
    if (!hasZero(m_spec)) return std::nullopt;
    return 0;
  }
  const std::uint64_t last = largestFiniteMagnitude(m_spec) + (hasInfinity(m_spec) ? 1 : 0);
  if (magnitude == last) return std::nullopt;
  return makeCode(m_spec, negative, magnitude + 1);
}

}  // namespace ulpscope
