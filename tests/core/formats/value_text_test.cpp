// SPDX-License-Identifier: Apache-2.0
#include "core/formats/value_text.h"

#include <cmath>

namespace ulpscope {
namespace {

struct ExpectedTexts {
  const char* id;
  std::uint64_t code;
  const char *exact, *shortest, *hexFloat, *codeText, *bits;
};

constexpr ExpectedTexts kTexts[] = {
    {"float16", 0xCECA, "-27.15625", "-27.16", "-0x1.b28p+4", "0xCECA", "1 10011 1011001010"},
    {"float32", 0xC1D94000, "-27.15625", "-27.15625", "-0x1.b28p+4", "0xC1D94000",
     "1 10000011 10110010100000000000000"},
    {"bfloat16", 0xC1D9, "-27.125", "-27.1", "-0x1.b2p+4", "0xC1D9", "1 10000011 1011001"},
    {"tfloat32", 0xC1D94000, "-27.15625", "-27.16", "-0x1.b28p+4", "0xC1D94000", "1 10000011 1011001010 0000000000000"},
    {"float16", 0x7BFF, "65504", "65500", "0x1.ffcp+15", "0x7BFF", "0 11110 1111111111"},  // numpy prints 65500 too
    {"float16", 0x0001, "5.9604644775390625e-08", "6e-08", "0x1p-24", "0x0001", "0 00000 0000000001"},
    {"float16", 0x8000, "-0", "-0", "-0x0p+0", "0x8000", "1 00000 0000000000"},
    {"float16", 0xFC00, "-inf", "-inf", "-inf", "0xFC00", "1 11111 0000000000"},
    {"float16", 0xFE00, "nan", "nan", "nan", "0xFE00", "1 11111 1000000000"},
    {"float8_e4m3fn", 0x7F, "nan", "nan", "nan", "0x7F", "0 1111 111"},
    {"float8_e4m3fn", 0x1D, "0.1015625", "0.1", "0x1.ap-4", "0x1D", "0 0011 101"},
    {"float4_e2m1fn", 0xF, "-6", "-6", "-0x1.8p+2", "0xF", "1 11 1"},
    {"float64", 0x3FB999999999999A, "0.1000000000000000055511151231257827021181583404541015625", "0.1",
     "0x1.999999999999ap-4", "0x3FB999999999999A",
     "0 01111111011 1001100110011001100110011001100110011001100110011010"},
    {"int8", 0x80, "-128", "-128", "-0x1p+7", "0x80", "10000000"},
    {"int4", 0xF, "-1", "-1", "-0x1p+0", "0xF", "1111"},
    {"nf4", 8, "0.079580299556255340576171875", "0.0795803", "0x1.45f5fep-4", "0x8", "1000"},
};

class Texts : public testing::TestWithParam<ExpectedTexts> {};
INSTANTIATE_TEST_SUITE_P(Codes, Texts, testing::ValuesIn(kTexts));

TEST_P(Texts, AreWrittenAsUsersKnowThem) {
  const ExpectedTexts& expected = GetParam();
  const NumberFormat& format = *findFormat(expected.id);
  EXPECT_EQ(exactText(format, expected.code), expected.exact);
  EXPECT_EQ(shortestText(format, expected.code), expected.shortest);
  EXPECT_EQ(hexFloatText(format, expected.code), expected.hexFloat);
  EXPECT_EQ(codeText(format, expected.code), expected.codeText);
  EXPECT_EQ(bitsText(format, expected.code), expected.bits);
}

TEST(ToDouble, KeepsSpecials) {
  EXPECT_TRUE(std::isnan(toDouble({.kind = Unrounded::Kind::Nan})));
  EXPECT_EQ(toDouble({.kind = Unrounded::Kind::Infinity, .negative = true}), -HUGE_VAL);
  EXPECT_TRUE(std::signbit(toDouble(unrounded(-0.0))));
}

TEST(ReadableText, IsExactWhereThatIsShortAndElseReadsBack) {
  EXPECT_EQ(readableText(*findFormat("float16"), 0xCECA), "-27.15625");
  EXPECT_EQ(readableText(*findFormat("bfloat16"), 0x3BA4), "0.0050048828125");
  EXPECT_EQ(readableText(*findFormat("float64"), 0x3FB999999999999A), "0.1");
  EXPECT_EQ(readableText(*findFormat("bfloat16"), 0x7F7F), "3.39e+38");
  EXPECT_EQ(readableText(*findFormat("float16"), 0xFC00), "-inf");
  EXPECT_EQ(readableText(*findFormat("float16"), 0x8000), "-0");
}

}  // namespace
}  // namespace ulpscope
