// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/cli/ulp.h"

namespace ulpscope::test {
namespace {

using testing::HasSubstr;

Json explained(const std::string& value, const std::string& format, const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments{"explain", value, "--format", format, "--json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return ulp(arguments).json();
}

TEST(UlpFormats, GivesTheLimitsOfBfloat16ThatEveryoneQuotes) {
  const Json formats = ulp({"formats", "bfloat16", "--json"}).json();
  ASSERT_EQ(formats.size(), 1u);
  const Json& bfloat16 = formats[0];
  EXPECT_EQ(bfloat16["resolution"], 0.01);
  EXPECT_NEAR(bfloat16["max"].get<double>(), 3.38953e38, 0.000005e38);
  EXPECT_EQ(bfloat16["epsilon"], 0.0078125);
  EXPECT_EQ(bfloat16["min"].get<double>(), std::ldexp(1, -126));  // 1.17549e-38, also called tiny
  EXPECT_EQ(bfloat16["smallestSubnormal"].get<double>(), std::ldexp(1, -133));
  EXPECT_EQ(bfloat16["exponentBits"], 8);
  EXPECT_EQ(bfloat16["fractionBits"], 7);
}

TEST(UlpFormats, HasEveryKeyOfTheContractForEveryFormat) {
  const Json formats = ulp({"formats", "--json"}).json();
  EXPECT_GE(formats.size(), 11u);
  for (const Json& format : formats)
    for (const char* key :
         {"id",           "name",       "family",      "bits",     "signBits",          "exponentBits",
          "fractionBits", "bias",       "max",         "min",      "smallestSubnormal", "epsilon",
          "epsilonBelow", "resolution", "hasInfinity", "nanCodes", "hasNegativeZero",   "finiteValues",
          "torch",        "mlDtypes",   "source"})
      EXPECT_TRUE(format.contains(key)) << format["id"] << " " << key;
}

TEST(UlpFormats, PrintsATableThatNamesTheFormatsAndTheirLimits) {
  const Outcome outcome = ulp({"formats"});
  EXPECT_EQ(outcome.exitCode, 0);
  EXPECT_THAT(outcome.out, HasSubstr("bfloat16"));
  EXPECT_THAT(outcome.out, HasSubstr("3.38953e+38"));
  EXPECT_EQ(outcome.out.find('\x1B'), std::string::npos) << "colours are for terminals";
}

struct WorkedRow {
  const char* format;
  const char* code;
  const char* value;
  const char* error;
};

class UlpExplain : public testing::TestWithParam<WorkedRow> {};

TEST_P(UlpExplain, StoresMinus27Point15625AsTheWorkedExamplesSay) {
  const WorkedRow& row = GetParam();
  const Json json = explained("-27.15625", row.format);
  EXPECT_EQ(json["code"], row.code);
  EXPECT_EQ(json["value"], row.value);
  EXPECT_EQ(json["error"], row.error);
}

INSTANTIATE_TEST_SUITE_P(Formats, UlpExplain,
                         testing::Values(WorkedRow{"float16", "0xCECA", "-27.15625", "0"},
                                         WorkedRow{"float32", "0xC1D94000", "-27.15625", "0"},
                                         WorkedRow{"bfloat16", "0xC1D9", "-27.125", "0.03125"},
                                         WorkedRow{"tfloat32", "0xC1D94000", "-27.15625", "0"},
                                         WorkedRow{"float8_e4m3fn", "0xDE", "-28", "-0.84375"},
                                         WorkedRow{"float4_e2m1fn", "0xF", "-6", "21.15625"}),
                         [](const auto& row) { return std::string(row.param.format); });

TEST(UlpExplain, ShowsBitsNeighboursAndStepsOfTheBinary16Row) {
  const Json json = explained("-27.15625", "float16");
  EXPECT_EQ(json["bits"], "1 10011 1011001010");
  EXPECT_EQ(json["class"], "normal");
  EXPECT_EQ(json["ulp"], "0.015625");
  EXPECT_EQ(json["previous"], "-27.171875");
  EXPECT_EQ(json["next"], "-27.140625");
  EXPECT_EQ(json["hexFloat"], "-0x1.b28p+4");
  EXPECT_GE(json["steps"].size(), 5u);
  for (const char* key : {"input", "format", "shortest", "error", "rule"}) EXPECT_TRUE(json.contains(key)) << key;
  for (const Json& step : json["steps"]) EXPECT_TRUE(step.contains("title") && step.contains("text"));
}

TEST(UlpExplain, TruncatesMinus27Point15625InBfloat16ToTheSameCode) {
  EXPECT_EQ(explained("-27.15625", "bfloat16", {"--rounding", "toward_zero"})["code"], "0xC1D9");
}

TEST(UlpExplain, RoundsDecimalTextOnceAndNotByWayOfDouble) {
  EXPECT_EQ(explained("1.00390625000000000000001", "bfloat16")["code"], "0x3F81");
}

TEST(UlpExplain, TakesNegativeInfinityAndNegativeFractionsForValuesNotOptions) {
  EXPECT_EQ(explained("-inf", "float16")["code"], "0xFC00");
  EXPECT_EQ(explained("-.5", "float16")["code"], "0xB800");
  EXPECT_EQ(explained("-0x1.b28p+4", "float16")["code"], "0xCECA");
  EXPECT_EQ(explained("-nan", "float16")["class"], "nan");
}

TEST(UlpExplain, FollowsTheOverflowRuleAskedFor) {
  EXPECT_EQ(explained("1e6", "float16")["value"], "inf");
  EXPECT_EQ(explained("1e6", "float16", {"--overflow", "saturate"})["value"], "65504");
  EXPECT_EQ(explained("1e6", "float8_e4m3fn")["value"], "nan");
}

TEST(UlpDecode, ReadsCodesInHexBinaryAndDecimal) {
  for (const char* code : {"0xCECA", "0b1100111011001010", "52938"}) {
    const Json json = ulp({"decode", code, "--format", "float16", "--json"}).json();
    EXPECT_EQ(json["code"], "0xCECA") << code;
    EXPECT_EQ(json["value"], "-27.15625") << code;
  }
}

TEST(UlpDecode, RefusesACodeThatDoesNotFit) {
  const Outcome outcome = ulp({"decode", "0x1CECA", "--format", "float16", "--json"});
  EXPECT_EQ(outcome.exitCode, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, testing::StartsWith("ulp: "));
}

}  // namespace
}  // namespace ulpscope::test
