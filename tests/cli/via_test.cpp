// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/ulp.h"

namespace ulpscope::test {
namespace {

using testing::HasSubstr;

Json explained(const std::string& value, const std::string& format, std::vector<std::string> more) {
  more.insert(more.begin(), {"explain", value, "--format", format, "--json"});
  return ulp(more).json();
}

TEST(UlpExplainVia, AddsTheStagesAndTheVerdictToTheDocument) {
  const Json json = explained("1.00390625000000000000001", "bfloat16", {"--via", "float64"});
  EXPECT_EQ(json["code"], "0x3F81");  // of rounding once, as without --via
  ASSERT_EQ(json["via"].size(), 2u);
  EXPECT_EQ(json["via"][0]["format"], "float64");
  EXPECT_EQ(json["via"][0]["error"], "-1e-23");
  EXPECT_EQ(json["via"][1]["format"], "bfloat16");
  EXPECT_EQ(json["via"][1]["code"], "0x3F80");
  EXPECT_EQ(json["direct"]["code"], "0x3F81");
  EXPECT_EQ(json["doubleRounding"], true);
  EXPECT_THAT(json["verdict"].get<std::string>(), HasSubstr("meets a tie"));
}

TEST(UlpExplainVia, TakesAChainOfFormatsWithRoundingsOfTheirOwn) {
  const Json json = explained("400.199585", "float8_e4m3fn", {"--via", "float32,float16@toward_zero"});
  ASSERT_EQ(json["via"].size(), 3u);
  EXPECT_EQ(json["via"][1]["rounding"], "toward_zero");
  EXPECT_EQ(json["via"][1]["value"], "400");
  EXPECT_EQ(json["via"][2]["value"], "384");
  EXPECT_EQ(json["direct"]["value"], "416");
  EXPECT_FALSE(explained("1", "float16", {}).contains("via"));
}

TEST(UlpExplainVia, KeepsTheCommasOfCustomFormats) {
  const Json json = explained("1.3", "float16", {"--via", "custom:s1e5m3,bias=15,specials=ieee,float32"});
  ASSERT_EQ(json["via"].size(), 3u);
  EXPECT_EQ(json["via"][0]["value"], "1.25");
  EXPECT_EQ(json["via"][1]["format"], "float32");
}

TEST(UlpExplainVia, PrintsATableAndTheSignificands) {
  const Outcome outcome = ulp({"explain", "1.0625001", "--format", "float8_e4m3fn", "--via", "float16"});
  EXPECT_EQ(outcome.exitCode, 0);
  EXPECT_THAT(outcome.out, HasSubstr("  float16        0x3C40  1.0625          -1e-07  rounded\n"));
  EXPECT_THAT(outcome.out, HasSubstr("  FP16      1.0001000000\n  FP8 E4M3  1.000\n"));
  EXPECT_THAT(outcome.out, HasSubstr("The way round ends in 1; rounded once, the number goes to 1.125."));
}

TEST(UlpExplainVia, RefusesUnknownStages) {
  EXPECT_EQ(ulp({"explain", "1", "--format", "float16", "--via", "float12"}).exitCode, 2);
  EXPECT_EQ(ulp({"explain", "1", "--format", "float16", "--via", "float32@up"}).exitCode, 2);
  EXPECT_EQ(ulp({"explain", "1", "--format", "float16", "--via", ""}).exitCode, 2);
}

}  // namespace
}  // namespace ulpscope::test
