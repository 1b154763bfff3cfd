// SPDX-License-Identifier: Apache-2.0
#include "core/formats/anatomy.h"

#include "core/formats/codec.h"
#include "core/formats/exact_decimal.h"
#include "core/formats/integer_format.h"
#include "core/formats/tapered_format.h"

namespace ulpscope {
namespace {

std::uint64_t bitsOf(std::uint64_t code, const BitField& field) {
  const int lowest = field.highestBit - field.bits + 1;
  return code >> lowest & ~std::uint64_t{0} >> (64 - field.bits);
}

std::uint64_t bitsOf(std::uint64_t code, const NumberFormat& format, FieldKind kind) {
  for (const BitField& field : format.fields(code))
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
  const NumberClass numberClass = format.classify(code);
  const bool hiddenBit = numberClass == NumberClass::Normal;
  const int field = static_cast<int>(anatomy.storedExponent);
  anatomy.exponent = field == 0 ? spec.smallestExponent() : field - spec.bias;
  if (numberClass == NumberClass::Infinity || numberClass == NumberClass::Nan) return anatomy;
  anatomy.significandBits = binaryFraction(hiddenBit, anatomy.storedFraction, spec.fractionBits);
  const std::uint64_t significand = significandOf(spec, magnitudeOf(spec, code)).bits;
  anatomy.significand = toString(exactDecimal(exactNumber(false, significand, -spec.fractionBits)));
  return anatomy;
}

TaperedAnatomy taperedAnatomy(const TaperedFormat& format, std::uint64_t code) {
  const TaperedParts parts = takeApart(format.taper(), code, format.info().codeBits);
  return {.taper = format.taper(),
          .parts = parts,
          .fractionBits = binaryFraction(false, parts.fraction, parts.fractionBits),
          .fraction = toString(exactDecimal(exactNumber(false, parts.fraction, -parts.fractionBits)))};
}

}  // namespace

Anatomy anatomyOf(const NumberFormat& format, std::uint64_t code) {
  if (const FloatSpec* spec = format.floatSpec()) return floatAnatomy(format, *spec, code);
  if (const auto* tapered = dynamic_cast<const TaperedFormat*>(&format)) return taperedAnatomy(*tapered, code);
  const int bits = format.info().codeBits;
  const auto* integers = dynamic_cast<const IntegerFormat*>(&format);
  if (integers == nullptr) return IndexAnatomy{code, std::uint64_t{1} << bits};
  if (!integers->isSigned()) return IntegerAnatomy{0, code};
  const std::uint64_t top = std::uint64_t{1} << (bits - 1);
  const bool negative = (code & top) != 0;
  return IntegerAnatomy{negative ? -static_cast<std::int64_t>(top) : 0, code & (top - 1)};
}

}  // namespace ulpscope
