// SPDX-License-Identifier: Apache-2.0
#include "core/formats/anatomy.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

const NumberFormat& format(std::string_view id) { return *findFormat(id); }

FloatAnatomy floatAnatomyOf(std::string_view id, std::uint64_t code) {
  return std::get<FloatAnatomy>(anatomyOf(format(id), code));
}

/// The value that an anatomy stands for, in double arithmetic; exact for codes of up to 16 bits.
double composed(const Anatomy& anatomy, const NumberFormat& of) {
  if (const auto* parts = std::get_if<FloatAnatomy>(&anatomy)) {
    const double magnitude = std::ldexp(std::stod(parts->significand), parts->exponent);
    return parts->negative ? -magnitude : magnitude;
  }
  if (const auto* parts = std::get_if<IntegerAnatomy>(&anatomy))
    return static_cast<double>(parts->topWeight) + static_cast<double>(parts->rest);
  if (const auto* tapered = std::get_if<TaperedAnatomy>(&anatomy)) {
    const TaperedParts& parts = tapered->parts;
    const double fraction = std::stod(tapered->fraction);
    const int s = parts.negative ? 1 : 0;
    if (tapered->taper == Taper::LogarithmicTakum)
      return (1 - 2 * s) * std::exp((1 - 2 * s) * (parts.scale + fraction) / 2);
    return std::ldexp((1 - 3 * s) + fraction, (1 - 2 * s) * (parts.scale + s));
  }
  return toDouble(of.decode(std::get<IndexAnatomy>(anatomy).index));
}

TEST(Anatomy, TakesTheWorkedExampleApart) {
  const FloatAnatomy parts = floatAnatomyOf("float16", 0xCECA);
  EXPECT_TRUE(parts.negative);
  EXPECT_EQ(parts.storedExponent, 19u);
  EXPECT_EQ(parts.bias, 15);
  EXPECT_EQ(parts.exponent, 4);
  EXPECT_EQ(parts.significandBits, "1.1011001010");
  EXPECT_EQ(parts.significand, "1.697265625");
}

TEST(Anatomy, SubnormalsHaveNoHiddenBitAndTheSmallestNormalExponent) {
  const FloatAnatomy parts = floatAnatomyOf("float16", 0x0003);
  EXPECT_EQ(parts.exponent, -14);
  EXPECT_EQ(parts.significandBits, "0.0000000011");
}

TEST(Anatomy, InfinityAndNanHaveNoSignificand) {
  EXPECT_EQ(floatAnatomyOf("float16", 0x7C00).significand, "");
  EXPECT_EQ(floatAnatomyOf("float16", 0x7E00).significandBits, "");
  EXPECT_EQ(floatAnatomyOf("float8_e4m3fn", 0x7F).significand, "");
  EXPECT_EQ(floatAnatomyOf("float8_e4m3fn", 0x7E).significand, "1.75") << "all ones in the exponent, yet 448";
}

TEST(Anatomy, PaddingIsNotPartOfTheFraction) {
  const FloatAnatomy parts = floatAnatomyOf("tfloat32", 0xC1D94000);
  EXPECT_EQ(parts.significandBits, "1.1011001010");
  EXPECT_EQ(parts.storedExponent, 131u);
}

TEST(Anatomy, TheTopBitOfAnIntegerCountsNegative) {
  const auto parts = std::get<IntegerAnatomy>(anatomyOf(format("int8"), 0xE5));
  EXPECT_EQ(parts.topWeight, -128);
  EXPECT_EQ(parts.rest, 101u);
}

TEST(Anatomy, ComposesToTheDecodedValueForEveryCodeOfUpToSixteenBits) {
  for (const NumberFormat* each : formatRegistry()) {
    if (each->info().codeBits > 16) continue;
    for (std::uint64_t code = 0; code < std::uint64_t{1} << each->info().codeBits; ++code) {
      const NumberClass numberClass = each->classify(code);
      if (numberClass == NumberClass::Infinity || numberClass == NumberClass::Nan) continue;
      const double value = toDouble(each->decode(code));
      if (each->info().family == FormatFamily::Tapered && value == 0) continue;  // a code of its own, not a product
      const double close = each->decode(code).sticky ? 1e-13 * std::abs(value) : 0;
      ASSERT_NEAR(composed(anatomyOf(*each, code), *each), value, close) << each->info().id << " " << code;
    }
  }
}

}  // namespace
}  // namespace ulpscope
