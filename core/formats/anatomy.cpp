// SPDX-License-Identifier: Apache-2.0
#include "core/formats/anatomy.h"

#include "core/formats/exact_decimal.h"

namespace ulpscope {
namespace {

std::uint64_t bitsOf(std::uint64_t code, const BitField& field) {
  const int lowest = field.highestBit - field.bits + 1;
  return code >> lowest & ~std::uint64_t{0} >> (64 - field.bits);
}

std::uint64_t bitsOf(std::uint64_t code, const NumberFormat& format, FieldKind kind) {
  for (const BitField& field : format.fields())
    if (field.kind == kind) return bitsOf(code, field);
  return 0;
}

std::string binaryFraction(bool hiddenBit, std::uint64_t fraction, int fractionBits) {
  std::string text = hiddenBit ? "1" : "0";
  if (fractionBits == 0) return text;
  text += '.';
  for (int bit = fractionBits - 1; bit >= 0; --bit) text += (fraction >> bit & 1) != 0 ? '1' : '0';
  return text;
}

FloatAnatomy floatAnatomy(const NumberFormat& format, const FloatSpec& spec, std::uint64_t code) {
  FloatAnatomy anatomy{.negative = bitsOf(code, format, FieldKind::Sign) != 0,
                       .storedExponent = bitsOf(code, format, FieldKind::Exponent),
                       .storedFraction = bitsOf(code, format, FieldKind::Fraction),
                       .bias = spec.bias,
                       .exponent = 0,
                       .significandBits = {},
                       .significand = {}};
  const bool hiddenBit = anatomy.storedExponent != 0;
  anatomy.exponent = hiddenBit ? static_cast<int>(anatomy.storedExponent) - spec.bias : spec.smallestExponent();
  const NumberClass numberClass = format.classify(code);
  if (numberClass == NumberClass::Infinity || numberClass == NumberClass::Nan) return anatomy;
  anatomy.significandBits = binaryFraction(hiddenBit, anatomy.storedFraction, spec.fractionBits);
  const std::uint64_t significand = anatomy.storedFraction | std::uint64_t{hiddenBit} << spec.fractionBits;
  anatomy.significand = toString(exactDecimal(exactNumber(false, significand, -spec.fractionBits)));
  return anatomy;
}

}  // namespace

Anatomy anatomyOf(const NumberFormat& format, std::uint64_t code) {
  if (const FloatSpec* spec = format.floatSpec()) return floatAnatomy(format, *spec, code);
  const int bits = format.info().codeBits;
  if (format.info().family == FormatFamily::CodeBook) return IndexAnatomy{code, std::uint64_t{1} << bits};
  const std::uint64_t top = std::uint64_t{1} << (bits - 1);
  const bool negative = (code & top) != 0;
  return IntegerAnatomy{negative ? -static_cast<std::int64_t>(top) : 0, code & (top - 1)};
}

}  // namespace ulpscope
