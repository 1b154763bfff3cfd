// SPDX-License-Identifier: Apache-2.0
#include "core/formats/integer_format.h"

#include <utility>

#include "core/formats/codec.h"

namespace ulpscope {

IntegerFormat::IntegerFormat(FormatInfo info, int bits, Kind kind) : m_info(std::move(info)), m_kind(kind) {
  m_info.codeBits = bits;
}

std::int64_t IntegerFormat::toInteger(std::uint64_t code) const {
  if (!isSigned()) return static_cast<std::int64_t>(code);
  const int unused = 64 - m_info.codeBits;
  return static_cast<std::int64_t>(code << unused) >> unused;  // the shift right copies the sign bit
}

std::uint64_t IntegerFormat::toCode(std::int64_t value) const {
  return static_cast<std::uint64_t>(value) & lowMask(m_info.codeBits);
}

Unrounded IntegerFormat::decode(std::uint64_t code) const {
  const std::int64_t value = toInteger(code);
  return exactNumber(value < 0, static_cast<std::uint64_t>(value < 0 ? -value : value), 0);
}

NumberClass IntegerFormat::classify(std::uint64_t code) const {
  return code == 0 ? NumberClass::Zero : NumberClass::Normal;
}

Encoded IntegerFormat::encode(const Unrounded& number, const RoundingChoice& rounding, Overflow) const {
  if (number.kind == Unrounded::Kind::Zero) return {};
  if (number.kind == Unrounded::Kind::Nan) return {.exact = false, .lostNan = true};
  const std::int64_t end = number.negative ? smallest() : largest();
  const Encoded clamped{.code = toCode(end), .exact = false, .overflowed = true};
  // With bit 0 worth 1 or more, the set bit 63 alone is beyond 62-bit integers.
  if (number.kind == Unrounded::Kind::Infinity || number.exponent >= 0) return clamped;
  const auto [magnitude, exact] =
      dropBits(number.significand, -number.exponent, number.sticky, number.negative, rounding);
  const auto limit = static_cast<std::uint64_t>(number.negative ? -end : end);
  if (magnitude > limit) return clamped;
  const auto value = static_cast<std::int64_t>(magnitude);
  return {.code = toCode(number.negative ? -value : value), .exact = exact, .underflowed = value == 0};
}

std::vector<BitField> IntegerFormat::fields(std::uint64_t) const {
  return {{FieldKind::Integer, m_info.codeBits - 1, m_info.codeBits}};
}

std::optional<std::uint64_t> IntegerFormat::nextUp(std::uint64_t code) const {
  const std::int64_t value = toInteger(code);
  if (value == largest()) return std::nullopt;
  return toCode(value + 1);
}

std::optional<std::uint64_t> IntegerFormat::nextDown(std::uint64_t code) const {
  const std::int64_t value = toInteger(code);
  if (value == smallest()) return std::nullopt;
  return toCode(value - 1);
}

}  // namespace ulpscope
