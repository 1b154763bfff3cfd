// SPDX-License-Identifier: Apache-2.0
#include "core/formats/limits.h"

#include "core/formats/brief_decimal.h"
#include "core/formats/codec.h"
#include "core/formats/exact_decimal.h"
#include "core/formats/integer_format.h"
#include "core/formats/tapered_format.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

constexpr int kWidestEnumerated = 16;  // bits

/// Every code is looked at; doubles hold every value of so narrow a format.
FormatLimits enumerated(const NumberFormat& format) {
  FormatLimits limits{};
  double largest = 0, lowest = 0, smallestNormal = 0, smallestSubnormal = 0;
  bool zeroSeen = false, finiteSeen = false;
  const std::uint64_t codes = std::uint64_t{1} << format.info().codeBits;
  for (std::uint64_t code = 0; code < codes; ++code) {
    const NumberClass numberClass = format.classify(code);
    if (numberClass == NumberClass::Nan) ++limits.nanCodes;
    if (numberClass == NumberClass::Infinity) limits.hasInfinity = true;
    if (numberClass == NumberClass::Nan || numberClass == NumberClass::Infinity) continue;

    const Unrounded number = format.decode(code);
    const bool isZero = numberClass == NumberClass::Zero;
    if (isZero && number.negative) limits.hasNegativeZero = true;
    if (!isZero || !zeroSeen) ++limits.finiteValues;
    zeroSeen = zeroSeen || isZero;

    const double value = toDouble(number);
    if (!finiteSeen || value > largest) limits.largest = code, largest = value;
    if (!finiteSeen || value < lowest) limits.lowest = code, lowest = value;
    finiteSeen = true;
    const auto keepSmallest = [&](std::optional<std::uint64_t>& kept, double& smallest) {
      if (value > 0 && (!kept || value < smallest)) kept = code, smallest = value;
    };
    if (numberClass == NumberClass::Normal) keepSmallest(limits.smallestNormal, smallestNormal);
    if (numberClass == NumberClass::Subnormal) keepSmallest(limits.smallestSubnormal, smallestSubnormal);
  }
  return limits;
}

/// The same from the layout. Codes that differ in the padding alone count once.
FormatLimits computed(const FloatSpec& spec) {
  const std::uint64_t largest = largestFiniteMagnitude(spec);
  const std::uint64_t hiddenBit = std::uint64_t{1} << spec.fractionBits;
  const std::uint64_t sides = spec.signBits == 0 ? 1 : 2;
  FormatLimits limits{};
  limits.largest = largestFiniteCode(spec, false);
  limits.lowest = largestFiniteCode(spec, true);
  limits.smallestNormal = makeCode(spec, false, spec.firstNormalField() == 0 ? smallestMagnitude(spec) : hiddenBit);
  if (spec.bottom == Bottom::Subnormal && spec.fractionBits > 0) limits.smallestSubnormal = makeCode(spec, false, 1);
  limits.hasInfinity = hasInfinity(spec);
  limits.hasNegativeZero = hasNegativeZero(spec);
  const std::uint64_t specialMagnitudes = allOnesMagnitude(spec) - largest - (hasInfinity(spec) ? 1 : 0);
  limits.nanCodes = nanIsNegativeZero(spec) ? 1 : sides * specialMagnitudes;
  limits.finiteValues = sides * (largest + 1 - smallestMagnitude(spec)) + (hasZero(spec) ? 1 : 0);
  return limits;
}

FormatLimits computed(const IntegerFormat& format) {
  FormatLimits limits{};
  limits.largest = format.toCode(format.largest());
  limits.lowest = format.toCode(format.smallest());
  limits.smallestNormal = format.toCode(1);
  limits.finiteValues = std::uint64_t{1} << format.info().codeBits;
  return limits;
}

/// All codes but NaR are values, no two the same, and they rise from NaR + 1 to NaR - 1.
FormatLimits computed(const TaperedFormat& format) {
  FormatLimits limits{};
  limits.largest = format.largestCode();
  limits.lowest = format.negated(format.largestCode());
  limits.smallestNormal = 1;
  limits.nanCodes = 1;
  limits.finiteValues = (std::uint64_t{1} << format.info().codeBits) - 1;
  return limits;
}

FormatLimits codesOf(const NumberFormat& format) {
  if (format.info().codeBits <= kWidestEnumerated) return enumerated(format);
  if (const FloatSpec* spec = format.floatSpec()) return computed(*spec);
  if (const auto* integers = dynamic_cast<const IntegerFormat*>(&format)) return computed(*integers);
  if (const auto* tapered = dynamic_cast<const TaperedFormat*>(&format)) return computed(*tapered);
  return enumerated(format);
}

/// |value of `code` - 1|; nullopt without a code.
std::optional<std::string> distanceFromOne(const NumberFormat& format, std::optional<std::uint64_t> code) {
  if (!code || format.classify(*code) == NumberClass::Infinity) return std::nullopt;
  ExactDecimal distance = subtract(exactDecimal(format.decode(*code)), {.digits = "1"});
  distance.negative = false;
  constexpr int kKnownDigits = 17;
  return format.decode(*code).sticky ? briefDecimal(toString(distance), kKnownDigits).text : toString(distance);
}

}  // namespace

FormatLimits limitsOf(const NumberFormat& format) {
  FormatLimits limits = codesOf(format);
  const Encoded one = format.encode(exactNumber(false, 1, 0), Rounding::NearestEven, Overflow::Saturate);
  if (one.exact) {
    limits.epsilon = distanceFromOne(format, format.nextUp(one.code));
    limits.epsilonBelow = distanceFromOne(format, format.nextDown(one.code));
  }
  if (const FloatSpec* spec = format.floatSpec()) {
    // digits10 = floor(fractionBits * log10(2)); 30103 / 100000 exceeds log10(2) by 4.4e-9, too little to pass an
    // integer at up to 62 bits.
    const int digits10 = spec->fractionBits * 30'103 / 100'000;
    limits.resolution = toString(ExactDecimal{.digits = "1", .exponent10 = -digits10});
  }
  return limits;
}

}  // namespace ulpscope
