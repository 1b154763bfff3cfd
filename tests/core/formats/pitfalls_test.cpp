// SPDX-License-Identifier: Apache-2.0
// Where other tools, papers and libraries give different values for the same format: what ours are. Whose the others
// are is told in docs/formats.
#include <cmath>

#include "core/formats/exact_decimal.h"
#include "core/formats/limits.h"
#include "core/formats/number_format.h"
#include "core/formats/value_text.h"
#include "tests/core/formats/oracle_inputs.h"

namespace ulpscope {
namespace {

FormatPointer formatOf(const std::string& id) {
  auto made = makeFormat(id);
  EXPECT_TRUE(made.has_value()) << id;
  return made.value();
}

std::uint64_t codeOf(const std::string& id, const std::string& text, Rounding rounding = Rounding::NearestEven) {
  return formatOf(id)->encode(unrounded(parseNumber(text).value()), rounding, Overflow::Format).code;
}

double valueOf(const std::string& id, std::uint64_t code) { return toDouble(formatOf(id)->decode(code)); }
double rounded(const std::string& id, const std::string& text) { return valueOf(id, codeOf(id, text)); }
double largestOf(const std::string& id) { return valueOf(id, limitsOf(*formatOf(id)).largest); }
bool isNan(const std::string& id, std::uint64_t code) { return formatOf(id)->classify(code) == NumberClass::Nan; }

/// The values from zero up, by code.
std::vector<double> valuesFromZero(const std::string& id, std::size_t count) {
  std::vector<double> values;
  for (std::uint64_t code = 0; code < count; ++code) values.push_back(valueOf(id, code));
  return values;
}

// --- Which number is the largest. ---

TEST(Pitfalls, EachFormatCalledE4M3HasItsOwnLargestValue) {
  EXPECT_EQ(largestOf("float8_e4m3fn"), 448);  // OCP; not 480, not 416
  EXPECT_EQ(largestOf("float8_e4m3"), 240);    // IEEE-like
  EXPECT_EQ(largestOf("float8_e4m3fnuz"), 240);
  EXPECT_EQ(largestOf("float8_e4m3b11fnuz"), 30);
  EXPECT_EQ(largestOf("binary8p4se"), 224);
  EXPECT_EQ(largestOf("binary8p4sf"), 240);
  EXPECT_EQ(largestOf("float8_ue4m3"), 448);
}

TEST(Pitfalls, E5M2EndsAt57344AndItsUnsignedCousinAtTwiceThat) {
  EXPECT_EQ(largestOf("float8_e5m2"), 57344);  // not 81920
  EXPECT_EQ(largestOf("float8_e5m2fnuz"), 57344);
  EXPECT_EQ(largestOf("binary8p3se"), 49152);
  EXPECT_EQ(largestOf("float8_ue5m3"), 114688);
}

TEST(Pitfalls, TheCodeBelowNanInE4M3IsANumber) {
  EXPECT_EQ(valueOf("float8_e4m3fn", 0x7E), 448);
  EXPECT_TRUE(isNan("float8_e4m3fn", 0x7F));
  EXPECT_TRUE(isNan("float8_e4m3fn", 0xFF));
}

TEST(Pitfalls, TheLastTieOfE4M3GoesToItsLargestValueAndWhatIsBeyondToNan) {
  EXPECT_EQ(codeOf("float8_e4m3fn", "464"), 0x7Eu);
  EXPECT_EQ(codeOf("float8_e4m3fn", "464.000000000000000000000001"), 0x7Fu);
  EXPECT_EQ(codeOf("float8_e4m3fn", "465"), 0x7Fu);
  EXPECT_EQ(codeOf("float8_e4m3fn", "-465"), 0xFFu);
  EXPECT_EQ(codeOf("float8_e4m3fn", "inf"), 0x7Fu);
}

TEST(Pitfalls, FormatsOfFourAndSixBitsHaveNoSpecialCodes) {
  EXPECT_EQ(valuesFromZero("float4_e2m1fn", 8), (std::vector<double>{0, 0.5, 1, 1.5, 2, 3, 4, 6}));
  EXPECT_EQ(valuesFromZero("float6_e3m2fn", 32),
            (std::vector<double>{0,     0.0625, 0.125, 0.1875, 0.25, 0.3125, 0.375, 0.4375, 0.5, 0.625, 0.75,
                                 0.875, 1,      1.25,  1.5,    1.75, 2,      2.5,   3,      3.5, 4,     5,
                                 6,     7,      8,     10,     12,   14,     16,    20,     24,  28}));
  EXPECT_EQ(valuesFromZero("float6_e2m3fn", 32),
            (std::vector<double>{0,     0.125, 0.25,  0.375, 0.5,   0.625, 0.75, 0.875, 1,    1.125, 1.25,
                                 1.375, 1.5,   1.625, 1.75,  1.875, 2,     2.25, 2.5,   2.75, 3,     3.25,
                                 3.5,   3.75,  4,     4.5,   5,     5.5,   6,    6.5,   7,    7.5}));
  for (const char* id : {"float4_e2m1fn", "float6_e3m2fn", "float6_e2m3fn"}) {
    const FormatLimits limits = limitsOf(*formatOf(id));
    EXPECT_EQ(limits.nanCodes, 0u) << id;
    EXPECT_FALSE(limits.hasInfinity) << id;
    EXPECT_EQ(limits.finiteValues, (1u << formatOf(id)->info().codeBits) - 1) << id;  // both zeros count once
  }
}

// --- Epsilon, and the three meanings of "min". ---

TEST(Pitfalls, TheStepBelowOneIsNotHalfTheStepAboveWhereOneIsTheSmallestNormalValue) {
  const auto steps = [](const std::string& id) {
    const FormatLimits limits = limitsOf(*formatOf(id));
    return limits.epsilon.value_or("none") + " above, " + limits.epsilonBelow.value_or("none") + " below";
  };
  EXPECT_EQ(steps("float4_e2m1fn"), "0.5 above, 0.5 below");
  EXPECT_EQ(steps("float6_e2m3fn"), "0.125 above, 0.125 below");
  EXPECT_EQ(steps("binary8p7se"), "0.015625 above, 0.015625 below");
  EXPECT_EQ(steps("float6_e3m2fn"), "0.25 above, 0.125 below");
  EXPECT_EQ(steps("float8_e4m3fn"), "0.125 above, 0.0625 below");
}

TEST(Pitfalls, LowestSmallestNormalAndSmallestSubnormalAreThreeNumbersWithThreeNames) {
  const FormatLimits limits = limitsOf(*formatOf("float16"));
  EXPECT_EQ(valueOf("float16", limits.lowest), -65504);                      // finfo.min of torch and NumPy
  EXPECT_EQ(valueOf("float16", limits.smallestNormal.value()), 0x1p-14);     // numeric_limits::min of C++
  EXPECT_EQ(valueOf("float16", limits.smallestSubnormal.value()), 0x1p-24);  // denorm_min; "Min" in ONNX's table
}

// --- IEEE P3109 is not what its names remind of. ---

TEST(Pitfalls, TheFiniteP3109FormatsAreTheFnuzOnesCodeForCode) {
  const std::pair<const char*, const char*> pairs[] = {{"binary8p4sf", "float8_e4m3fnuz"},
                                                       {"binary8p3sf", "float8_e5m2fnuz"}};
  for (const auto& [p3109, fnuz] : pairs)
    for (std::uint64_t code = 0; code < 256; ++code) {
      EXPECT_EQ(isNan(p3109, code), isNan(fnuz, code));
      if (isNan(fnuz, code)) continue;
      EXPECT_EQ(formatOf(p3109)->decode(code), formatOf(fnuz)->decode(code)) << code;
    }
}

TEST(Pitfalls, Binary4p2sfIsNotE2M1) {
  EXPECT_EQ(largestOf("binary4p2sf"), 3);
  EXPECT_EQ(largestOf("binary4p2se"), 2);
  EXPECT_EQ(largestOf("float4_e2m1fn"), 6);
  EXPECT_EQ(valueOf("binary4p2sf", 1), 0.25);
  EXPECT_EQ(valueOf("float4_e2m1fn", 1), 0.5);
}

TEST(Pitfalls, Binary8p1EndsOneBinadeLowerWhereItHasInfinities) {
  EXPECT_EQ(largestOf("binary8p1se"), 0x1p62);
  EXPECT_EQ(largestOf("binary8p1sf"), 0x1p63);
}

// --- E8M0. ---

TEST(Pitfalls, E8M0HasNoZeroAndNoSubnormalValue) {
  const FormatLimits limits = limitsOf(*formatOf("float8_e8m0fnu"));
  EXPECT_EQ(valueOf("float8_e8m0fnu", 0x00), 0x1p-127);
  EXPECT_EQ(valueOf("float8_e8m0fnu", limits.smallestNormal.value()), 0x1p-127);
  EXPECT_EQ(limits.smallestSubnormal, std::nullopt);
  EXPECT_EQ(limits.finiteValues, 255u);
  EXPECT_TRUE(isNan("float8_e8m0fnu", 0xFF));
  EXPECT_EQ(limits.nanCodes, 1u);
  EXPECT_FALSE(limits.hasInfinity);
}

TEST(Pitfalls, E8M0SendsTiesUpAndWhatItCannotHoldToNan) {
  EXPECT_EQ(rounded("float8_e8m0fnu", "3"), 4);
  EXPECT_EQ(rounded("float8_e8m0fnu", "0.75"), 1);
  EXPECT_EQ(rounded("float8_e8m0fnu", "6"), 8);
  for (const char* text : {"0", "-0", "-1", "inf", "-inf", "nan", "3e38"})
    EXPECT_EQ(codeOf("float8_e8m0fnu", text), 0xFFu) << text;
  EXPECT_EQ(codeOf("float8_e8m0fnu", "1e-45"), 0x00u);
}

TEST(Pitfalls, E8M0RoundsTowardPositiveAndTowardZeroAsTheConversionsOfCudaDo) {
  EXPECT_EQ(valueOf("float8_e8m0fnu", codeOf("float8_e8m0fnu", "6", Rounding::TowardZero)), 4);
  EXPECT_EQ(valueOf("float8_e8m0fnu", codeOf("float8_e8m0fnu", "6", Rounding::TowardPositive)), 8);
  EXPECT_EQ(valueOf("float8_e8m0fnu", codeOf("float8_e8m0fnu", "0.75", Rounding::TowardZero)), 0.5);
  EXPECT_EQ(valueOf("float8_e8m0fnu", codeOf("float8_e8m0fnu", "0.75", Rounding::TowardPositive)), 1);
}

TEST(Pitfalls, E8M0RoundsToTheNearerOfItsTwoSmallestValues) {
  // ml_dtypes 0.6 and torch take float32's exponent field 0 for zero here and give 0x01.
  EXPECT_EQ(codeOf("float8_e8m0fnu", "0x1.4p-127"), 0x00u);
  EXPECT_EQ(codeOf("float8_e8m0fnu", "0x1.7ffffcp-127"), 0x00u);
  EXPECT_EQ(codeOf("float8_e8m0fnu", "0x1.8p-127"), 0x01u);
}

// --- NaN and the zeros. ---

TEST(Pitfalls, NanOfE5M2IsSevenEWithTheSignKeptAndAnyOfSixCodesWhenRead) {
  EXPECT_EQ(codeOf("float8_e5m2", "nan"), 0x7Eu);
  EXPECT_EQ(codeOf("float8_e5m2", "-nan"), 0xFEu);
  for (const std::uint64_t code : {0x7Du, 0x7Eu, 0x7Fu, 0xFDu, 0xFEu, 0xFFu}) EXPECT_TRUE(isNan("float8_e5m2", code));
  EXPECT_EQ(limitsOf(*formatOf("float8_e5m2")).nanCodes, 6u);
  EXPECT_EQ(codeOf("float8_e5m2", "61439"), 0x7Bu);
  EXPECT_EQ(codeOf("float8_e5m2", "61440"), 0x7Cu);
}

TEST(Pitfalls, FnuzFormatsHaveOneZeroAndOneNanWhereNegativeZeroWouldBe) {
  for (const char* id : {"float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e4m3b11fnuz"}) {
    EXPECT_EQ(codeOf(id, "-0"), 0x00u) << id;
    EXPECT_EQ(codeOf(id, "-1e-30"), 0x00u) << id;
    for (const char* text : {"nan", "-nan", "inf", "-inf", "1e30", "-1e30"})
      EXPECT_EQ(codeOf(id, text), 0x80u) << id << ' ' << text;
    EXPECT_EQ(limitsOf(*formatOf(id)).nanCodes, 1u) << id;
    EXPECT_EQ(limitsOf(*formatOf(id)).finiteValues, 255u) << id;
  }
}

TEST(Pitfalls, OtherFloatFormatsKeepTheSignOfZero) {
  for (const char* id : {"float16", "bfloat16", "float8_e4m3fn", "float8_e5m2", "float6_e3m2fn", "float4_e2m1fn"}) {
    const std::uint64_t sign = std::uint64_t{1} << (formatOf(id)->info().codeBits - 1);
    EXPECT_EQ(codeOf(id, "-0"), sign) << id;
    EXPECT_EQ(codeOf(id, "-1e-60"), sign) << id;
  }
}

// --- Rounding. ---

TEST(Pitfalls, RoundingUpCarriesIntoTheExponentOfBinary16) {
  EXPECT_EQ(codeOf("float16", "1.9999"), 0x4000u);  // 2, not 1
  EXPECT_EQ(rounded("float16", "65505"), 65504);    // not infinity
}

TEST(Pitfalls, TiesGoToEvenAndNotTowardZeroOrAway) {
  EXPECT_EQ(rounded("float4_e2m1fn", "1.75"), 2);
  EXPECT_EQ(rounded("float4_e2m1fn", "2.5"), 2);
  EXPECT_EQ(rounded("float4_e2m1fn", "0.25"), 0);
  EXPECT_EQ(rounded("float8_e4m3fn", "1.0625"), 1);
  EXPECT_EQ(rounded("float8_ue4m3", "300"), 288);  // and not 448 for everything from 256 on
}

TEST(Pitfalls, Tf32TiesGoWhereTheModeSaysWhichIsWhatItsConversionsDifferIn) {
  const auto value = [](Rounding mode) { return valueOf("tfloat32", codeOf("tfloat32", "0x1.006p0", mode)); };
  EXPECT_EQ(value(Rounding::NearestEven), 0x1.008p0);  // cvt.rn
  EXPECT_EQ(value(Rounding::NearestAway), 0x1.008p0);  // cvt.rna
  EXPECT_EQ(value(Rounding::TowardZero), 0x1.004p0);   // float32 bits as they are
  EXPECT_EQ(rounded("tfloat32", "0x1.002p0"), 1);
  EXPECT_EQ(valueOf("tfloat32", codeOf("tfloat32", "0x1.002p0", Rounding::NearestAway)), 0x1.004p0);
}

TEST(Pitfalls, Bfloat16KeepsItsSubnormalValues) {
  EXPECT_EQ(codeOf("bfloat16", "1e-40"), 0x0001u);
  EXPECT_EQ(rounded("bfloat16", "1e-40"), 0x1p-133);
}

struct TwiceRounded {
  const char* text;
  const char* id;
  double direct, throughBfloat16;
};

class DoubleRounding : public testing::TestWithParam<TwiceRounded> {};
INSTANTIATE_TEST_SUITE_P(Pitfalls, DoubleRounding,
                         testing::Values(TwiceRounded{"400.199585", "float8_e4m3fn", 416, 384},
                                         TwiceRounded{"272.156555", "float8_e4m3fn", 288, 256},
                                         TwiceRounded{"136.002075", "float8_e4m3fn", 144, 128},
                                         TwiceRounded{"1.0625001", "float8_e4m3fn", 1.125, 1.0}));

TEST_P(DoubleRounding, GivesAnotherValueThanTheDirectWay) {
  const TwiceRounded& row = GetParam();
  EXPECT_EQ(rounded(row.id, row.text), row.direct);
  const Unrounded first = formatOf("bfloat16")->decode(codeOf("bfloat16", row.text));
  const std::uint64_t second = formatOf(row.id)->encode(first, Rounding::NearestEven, Overflow::Format).code;
  EXPECT_EQ(valueOf(row.id, second), row.throughBfloat16);
}

TEST(Pitfalls, NineIsATieInE5M2AndGoesToEight) { EXPECT_EQ(rounded("float8_e5m2", "9"), 8); }

// --- Two numbers in many formats. ---

struct Example {
  const char* text;
  const char* id;
  std::uint64_t code;
  double value;
};

class ReadyExamples : public testing::TestWithParam<Example> {};
INSTANTIATE_TEST_SUITE_P(
    Pitfalls, ReadyExamples,
    testing::Values(Example{"-27.15625", "float16", 0xCECA, -27.15625},
                    Example{"-27.15625", "bfloat16", 0xC1D9, -27.125}, Example{"-27.15625", "float8_e4m3fn", 0xDE, -28},
                    Example{"-27.15625", "float8_e5m2", 0xCF, -28}, Example{"-27.15625", "float8_e4m3fnuz", 0xE6, -28},
                    Example{"-27.15625", "float6_e3m2fn", 0x3F, -28}, Example{"-27.15625", "float6_e2m3fn", 0x3F, -7.5},
                    Example{"-27.15625", "float4_e2m1fn", 0xF, -6}, Example{"0.1", "float16", 0x2E66, 0.0999755859375},
                    Example{"0.1", "bfloat16", 0x3DCD, 0.10009765625}, Example{"0.1", "float8_e4m3fn", 0x1D, 0.1015625},
                    Example{"0.1", "float8_e5m2", 0x2E, 0.09375}, Example{"0.1", "float8_e4m3fnuz", 0x25, 0.1015625},
                    Example{"0.1", "float6_e3m2fn", 0x02, 0.125}, Example{"0.1", "float6_e2m3fn", 0x01, 0.125},
                    Example{"0.1", "float4_e2m1fn", 0x0, 0}),
    [](const auto& row) {
      return std::string(row.param.text[0] == '-' ? "minus27_in_" : "a_tenth_in_") + row.param.id;
    });

TEST_P(ReadyExamples, HaveTheCodeAndValueOfTheTable) {
  const Example& example = GetParam();
  EXPECT_EQ(codeOf(example.id, example.text), example.code);
  EXPECT_EQ(valueOf(example.id, example.code), example.value);
}

// --- Formats of the past. ---

TEST(Pitfalls, DlFloat16HasNoSubnormalValuesAndOneCodeForNanAndInfinity) {
  EXPECT_EQ(largestOf("dlfloat16"), 8'573'157'376);
  EXPECT_EQ(valueOf("dlfloat16", 0x0000), 0);
  EXPECT_EQ(valueOf("dlfloat16", 0x0001), 0x1.008p-31);
  EXPECT_EQ(limitsOf(*formatOf("dlfloat16")).smallestSubnormal, std::nullopt);
  for (const char* text : {"nan", "inf", "1e10"}) EXPECT_EQ(codeOf("dlfloat16", text), 0x7FFFu) << text;
}

TEST(Pitfalls, CFloat8HasNoGapBelowItsSmallestNormalValue) {
  EXPECT_EQ(valueOf("cfloat8_143:63", 0x08), 0x1p-62);
  EXPECT_EQ(valueOf("cfloat8_143:63", 0x07), 0x1.cp-63);  // 0.111 * 2^(1 - 63), not 0.111 * 2^-63
  EXPECT_EQ(valueOf("cfloat8_143:63", 0x01), 0x1p-65);
  EXPECT_EQ(largestOf("cfloat8_143:0"), 0x1.ep15);
  EXPECT_EQ(largestOf("cfloat8_152:0"), 0x1.cp31);
}

// --- Code books. ---

TEST(Pitfalls, Nf4IsTheTableOfFloat32ValuesAndNotOneRoundedToFourDecimals) {
  EXPECT_EQ(codeOf("nf4", "0.1"), 8u);
  EXPECT_EQ(valueOf("nf4", 8), 0.07958029955625534);
  EXPECT_EQ(valueOf("nf4", 1), -0.6961928009986877);
}

TEST(Pitfalls, Fp4OfBitsandbytesHasAnotherOrderAndAnotherSmallestValueThanE2M1) {
  const std::vector<double> twelfths{0, 0.0625, 8, 12, 4, 6, 2, 3};
  for (std::uint64_t code = 0; code < 8; ++code)
    EXPECT_EQ(valueOf("bnb_fp4", code), static_cast<float>(twelfths[code] / 12)) << code;
  EXPECT_EQ(valueOf("bnb_fp4", 1), 0.0052083334885537624);  // not 0.0208333, which its own comment leads to
  EXPECT_EQ(valueOf("float4_e2m1fn", 1) / 6, 0.5 / 6);
}

TEST(Pitfalls, Af4FallsFromCodeToCode) {
  EXPECT_EQ(valueOf("af4", 0), 1);
  EXPECT_EQ(valueOf("af4", 15), -1);
  for (std::uint64_t code = 1; code < 16; ++code) EXPECT_LT(valueOf("af4", code), valueOf("af4", code - 1));
}

TEST(Pitfalls, Iq4NlHasNoZero) {
  for (std::uint64_t code = 0; code < 16; ++code) EXPECT_NE(valueOf("iq4_nl", code), 0);
  EXPECT_EQ(rounded("iq4_nl", "0"), 1);
}

TEST(Pitfalls, TheDynamicMapReachesOneButNotMinusOne) {
  EXPECT_EQ(valueOf("dynamic8", 255), 1);
  EXPECT_EQ(valueOf("dynamic8", 254), static_cast<float>(0.99296875));
  EXPECT_EQ(valueOf("dynamic8", 0), -static_cast<float>(0.99296875));
  EXPECT_EQ(valueOf("dynamic8", 127), 0);
  EXPECT_EQ(codeOf("dynamic8", "0.1"), 190u);
  EXPECT_EQ(valueOf("dynamic8_unsigned", 0), 0);
  EXPECT_EQ(valueOf("dynamic8_unsigned", 255), 1);
}

// --- Posits and takums. ---

TEST(Pitfalls, PositsHaveTwoExponentBitsInEveryWidthAndReachNeitherZeroNorNan) {
  EXPECT_EQ(largestOf("posit8"), 0x1p24);  // 64 with none, as before the standard of 2022
  EXPECT_EQ(largestOf("posit16"), 0x1p56);
  EXPECT_EQ(largestOf("posit32"), 0x1p120);
  EXPECT_EQ(valueOf("posit8", 1), 0x1p-24);
  EXPECT_EQ(limitsOf(*formatOf("posit8")).epsilon, "0.125");
  EXPECT_EQ(limitsOf(*formatOf("posit16")).epsilon, "0.00048828125");
  EXPECT_EQ(codeOf("posit8", "1e300"), 0x7Fu);
  EXPECT_EQ(codeOf("posit8", "1e-300"), 0x01u);
  EXPECT_EQ(codeOf("posit8", "-1e-300"), 0xFFu);
  EXPECT_TRUE(isNan("posit8", 0x80));
}

TEST(Pitfalls, TakumsOfEveryWidthReachAlmostTwoToThe255) {
  EXPECT_EQ(largestOf("takum8"), 0x1p239);
  EXPECT_EQ(largestOf("takum16"), 1.9375 * 0x1p254);
  EXPECT_GT(largestOf("takum32"), 0x1.ffffep254);  // 5.8e76, not 1e19
  EXPECT_LT(largestOf("takum32"), 0x1p255);
  EXPECT_EQ(limitsOf(*formatOf("takum8")).epsilon, "0.125");
  EXPECT_EQ(limitsOf(*formatOf("takum16")).epsilon, "0.00048828125");
}

}  // namespace
}  // namespace ulpscope
