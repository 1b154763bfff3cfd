// SPDX-License-Identifier: Apache-2.0
#include "core/formats/limits.h"

#include <limits>

#include "core/formats/float_format.h"
#include "core/formats/value_text.h"
#include "tests/core/formats/every_format.h"

namespace ulpscope {
namespace {

/// The finfo of NumPy 2.4 and ml_dtypes 0.6, recomputed with exact rationals; the same arithmetic where they lack the
/// format. Zero where there is no such value. `resolution` as torch has it, which rounds the digits down.
struct ExpectedLimits {
  const char* id;
  double max, smallestNormal, smallestSubnormal;
  const char *epsilon, *epsilonBelow, *resolution;
  std::uint64_t nanCodes, finiteValues;
  bool hasInfinity;
  bool hasNegativeZero = true;
  double lowest = -max;
};

constexpr ExpectedLimits kExpected[] = {
    {"float64", 0x1.fffffffffffffp1023, 0x1p-1022, 0x1p-1074, "2.220446049250313080847263336181640625e-16",
     "1.1102230246251565404236316680908203125e-16", "1e-15", 9'007'199'254'740'990, 18'437'736'874'454'810'623u, true},
    {"float32", 0x1.fffffep127, 0x1p-126, 0x1p-149, "1.1920928955078125e-07", "5.9604644775390625e-08", "0.000001",
     16'777'214, 4'278'190'079, true},
    {"tfloat32", 0x1.ffcp127, 0x1p-126, 0x1p-136, "0.0009765625", "0.00048828125", "0.001", 2'046, 522'239, true},
    {"float16", 65504, 0x1p-14, 0x1p-24, "0.0009765625", "0.00048828125", "0.001", 2'046, 63'487, true},
    {"bfloat16", 0x1.fep127, 0x1p-126, 0x1p-133, "0.0078125", "0.00390625", "0.01", 254, 65'279, true},
    {"float8_e4m3fn", 448, 0x1p-6, 0x1p-9, "0.125", "0.0625", "1", 2, 253, false},
    {"float8_e5m2", 57344, 0x1p-14, 0x1p-16, "0.25", "0.125", "1", 6, 247, true},
    {"float8_e4m3", 240, 0x1p-6, 0x1p-9, "0.125", "0.0625", "1", 14, 239, true},
    {"float8_e3m4", 15.5, 0x1p-2, 0x1p-6, "0.0625", "0.03125", "0.1", 30, 223, true},
    {"float8_e4m3fnuz", 240, 0x1p-7, 0x1p-10, "0.125", "0.0625", "1", 1, 255, false, false},
    {"float8_e5m2fnuz", 57344, 0x1p-15, 0x1p-17, "0.25", "0.125", "1", 1, 255, false, false},
    {"float8_e4m3b11fnuz", 30, 0x1p-10, 0x1p-13, "0.125", "0.0625", "1", 1, 255, false, false},
    {"float8_e8m0fnu", 0x1p127, 0x1p-127, 0, "1", "0.5", "1", 1, 255, false, false, 0x1p-127},
    {"float8_ue4m3", 448, 0x1p-6, 0x1p-9, "0.125", "0.0625", "1", 1, 127, false, false, 0},
    {"float8_ue5m3", 114688, 0x1p-14, 0x1p-17, "0.125", "0.0625", "1", 1, 255, false, false, 0},
    {"float6_e3m2fn", 28, 0x1p-2, 0x1p-4, "0.25", "0.125", "1", 0, 63, false},
    {"float6_e2m3fn", 7.5, 1, 0x1p-3, "0.125", "0.125", "1", 0, 63, false},
    {"float4_e2m1fn", 6, 1, 0.5, "0.5", "0.5", "1", 0, 15, false},
    {"dlfloat16", 8'573'157'376, 0x1.008p-31, 0, "0.001953125", "0.0009765625", "0.01", 2, 65'533, false},
};

class Limits : public testing::TestWithParam<ExpectedLimits> {};
INSTANTIATE_TEST_SUITE_P(Floats, Limits, testing::ValuesIn(kExpected),
                         [](const auto& row) { return std::string(row.param.id); });

TEST_P(Limits, AreThoseOfTheStandards) {
  const ExpectedLimits& expected = GetParam();
  const NumberFormat& format = *findFormat(expected.id);
  const FormatLimits limits = limitsOf(format);
  const auto value = [&](std::uint64_t code) { return toDouble(format.decode(code)); };
  EXPECT_EQ(value(limits.largest), expected.max);
  EXPECT_EQ(value(limits.lowest), expected.lowest);
  EXPECT_EQ(value(limits.smallestNormal.value()), expected.smallestNormal);
  EXPECT_EQ(limits.smallestSubnormal ? value(*limits.smallestSubnormal) : 0, expected.smallestSubnormal);
  EXPECT_EQ(limits.epsilon, expected.epsilon);
  EXPECT_EQ(limits.epsilonBelow, expected.epsilonBelow);
  EXPECT_EQ(limits.resolution, expected.resolution);
  EXPECT_EQ(limits.nanCodes, expected.nanCodes);
  EXPECT_EQ(limits.finiteValues, expected.finiteValues);
  EXPECT_EQ(limits.hasInfinity, expected.hasInfinity);
  EXPECT_EQ(limits.hasNegativeZero, expected.hasNegativeZero);
}

TEST(LimitsByLayout, AgreeWithTheEnumerationOfANarrowFormatOfTheSameLayout) {
  // Padded beyond 16 bits, a narrow layout takes the path of the wide formats.
  for (const NumberFormat* narrow : formatsThat([](const auto& f) { return isNarrow(f) && isFloat(f); })) {
    FloatSpec padded = *narrow->floatSpec();
    padded.paddingBits = 13;
    const FloatFormat wide(narrow->info(), padded);
    const FormatLimits byLayout = limitsOf(wide), byEnumeration = limitsOf(*narrow);
    EXPECT_EQ(byLayout.largest >> 13, byEnumeration.largest);
    EXPECT_EQ(byLayout.lowest >> 13, byEnumeration.lowest);
    EXPECT_EQ(byLayout.smallestNormal.value() >> 13, byEnumeration.smallestNormal);
    ASSERT_EQ(byLayout.smallestSubnormal.has_value(), byEnumeration.smallestSubnormal.has_value());
    EXPECT_EQ(byLayout.smallestSubnormal.value_or(0) >> 13, byEnumeration.smallestSubnormal.value_or(0));
    EXPECT_EQ(byLayout.hasNegativeZero, byEnumeration.hasNegativeZero);
    EXPECT_EQ(byLayout.nanCodes, byEnumeration.nanCodes);
    EXPECT_EQ(byLayout.finiteValues, byEnumeration.finiteValues);
  }
}

TEST(LimitsOfBfloat16, AreWrittenAsTorchPrintsThem) {
  const NumberFormat& format = *findFormat("bfloat16");
  const FormatLimits limits = limitsOf(format);
  EXPECT_EQ(exactText(format, limits.largest), "338953138925153547590470800371487866880");
  EXPECT_EQ(codeText(format, limits.largest), "0x7F7F");
  EXPECT_EQ(limits.resolution, "0.01");
  EXPECT_EQ(limits.epsilon, "0.0078125");
}

TEST(LimitsOfIntegersAndCodebooks, AreTheirEndsWithoutFloatingPointNotions) {
  const FormatLimits int8 = limitsOf(*findFormat("int8"));
  EXPECT_EQ(int8.largest, 0x7Fu);
  EXPECT_EQ(int8.lowest, 0x80u);
  EXPECT_EQ(int8.finiteValues, 256u);
  EXPECT_FALSE(int8.hasNegativeZero);
  EXPECT_EQ(int8.resolution, std::nullopt);
  EXPECT_EQ(int8.smallestSubnormal, std::nullopt);

  const FormatLimits nf4 = limitsOf(*findFormat("nf4"));
  EXPECT_EQ(nf4.largest, 15u);
  EXPECT_EQ(nf4.lowest, 0u);
  EXPECT_EQ(nf4.epsilon, std::nullopt);
  EXPECT_EQ(nf4.finiteValues, 16u);
}

}  // namespace
}  // namespace ulpscope
