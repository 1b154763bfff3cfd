// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/cli/ulp.h"
#include "tests/core/temporary_folder.h"

namespace ulpscope::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Outcome explain(const std::string& value, const std::string& format, std::vector<std::string> more) {
  std::vector<std::string> arguments{"explain", value, "--format", format};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return ulp(arguments);
}

TEST(UlpExplainLike, GivesCodeAndRuleOfTheStack) {
  const Json before = explain("465", "float8_e4m3fn", {"--like", "torch-2.11", "--json"}).json();
  EXPECT_EQ(before["like"], "torch-2.11");
  EXPECT_EQ(before["code"], "0x7F");
  EXPECT_EQ(before["rule"], "torch 2.11: finite overflow becomes NaN, 0x7F.");
  const Json after = explain("465", "float8_e4m3fn", {"--like", "torch-2.12", "--json"}).json();
  EXPECT_EQ(after["code"], "0x7E");
  EXPECT_EQ(after["value"], "448");
  EXPECT_EQ(after["error"], "-17");
  EXPECT_THAT(after["rule"].get<std::string>(), StartsWith("torch 2.12: finite overflow saturates to 448"));
}

TEST(UlpExplainLike, PutsTheRuleInPlaceOfTheDecisionWhereItIsNotPlainRounding) {
  const Json json = explain("1.75", "float4_e2m1fn", {"--like", "ggml", "--json"}).json();
  EXPECT_EQ(json["value"], "1.5");
  std::vector<std::string> titles;
  for (const Json& step : json["steps"]) titles.push_back(step["title"]);
  EXPECT_THAT(titles,
              testing::ElementsAre("Sign", "Binary", "Normalise", "Exponent", "Fraction", "Stack", "Code", "Error"));
}

TEST(UlpExplainLike, StoresNanWhereTheStackDoesThoughTheFormatHasNone) {
  EXPECT_EQ(explain("nan", "float4_e2m1fn", {"--like", "ml_dtypes-0.6", "--json"}).json()["value"], "-0");
  EXPECT_EQ(explain("nan", "float4_e2m1fn", {"--like", "cuda-satfinite", "--json"}).json()["value"], "6");
}

TEST(UlpExplainLike, ShowsAllStacksSideBySide) {
  const Json json = explain("465", "float8_e4m3fn", {"--like", "all", "--json"}).json();
  EXPECT_EQ(json["input"], "465");
  EXPECT_EQ(json["format"], "float8_e4m3fn");
  ASSERT_EQ(json["stacks"].size(), 9u);
  EXPECT_EQ(json["stacks"][1]["like"], "torch-2.12");
  EXPECT_EQ(json["stacks"][1]["code"], "0x7E");
  EXPECT_EQ(json["stacks"][1]["value"], "448");
  EXPECT_TRUE(json["stacks"][8]["code"].is_null());
  const Outcome text = explain("465", "float8_e4m3fn", {"--like", "all"});
  EXPECT_THAT(text.out, HasSubstr("ml_dtypes-0.6   0x7F    nan  finite overflow becomes NaN, 0x7F"));
}

TEST(UlpExplainLike, RefusesARoundingOfOnesOwnBesideIt) {
  for (const std::vector<std::string>& more : std::vector<std::vector<std::string>>{
           {"--rounding", "to_odd"}, {"--overflow", "format"}, {"--seed", "1"}, {"--via", "float16"}}) {
    std::vector<std::string> arguments{"--like", "torch-2.12"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = explain("1", "float8_e4m3fn", arguments);
    EXPECT_EQ(outcome.exitCode, 2) << more[0];
    EXPECT_THAT(outcome.err, HasSubstr("either --like or")) << more[0];
  }
}

TEST(UlpExplainLike, NamesTheStacksItKnows) {
  const Outcome outcome = explain("1", "float16", {"--like", "torch-1.0"});
  EXPECT_EQ(outcome.exitCode, 2);
  EXPECT_THAT(outcome.err, HasSubstr("torch-2.11, torch-2.12, ml_dtypes-0.6"));
  EXPECT_THAT(ulp({"explain", "--help"}).out, HasSubstr("onnx-wrap"));
}

TEST(UlpExplainLike, SaysThatTheStackHasNoSuchConversion) {
  const Outcome outcome = explain("1", "float6_e3m2fn", {"--like", "torch-2.12"});
  EXPECT_EQ(outcome.exitCode, 3);
  EXPECT_THAT(outcome.err, StartsWith("ulp: float6_e3m2fn: torch 2.12: there is no conversion"));
}

class UlpCastLike : public testing::Test {
 protected:
  Outcome cast(const std::vector<float>& values, const std::string& format, const std::string& stack,
               std::vector<std::string> more = {}) {
    writeFloats(m_folder / "in.npy", values);
    std::vector<std::string> arguments{
        "cast", m_folder / "in.npy", m_folder / "out.npy", "--to", format, "--like", stack, "--json", "--force"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return ulp(arguments);
  }
  std::string codes() const { return readNpyFile(m_folder / "out.npy").data; }
  TemporaryFolder m_folder;
};

TEST_F(UlpCastLike, ConvertsWholeArraysAsTheStackDoes) {
  const std::vector<float> values{464, 465, -1e30f, std::numeric_limits<float>::infinity()};
  EXPECT_EQ(cast(values, "float8_e4m3fn", "torch-2.12").json()["overflowed"], 3);
  EXPECT_EQ(codes(), "\x7E\x7E\xFE\x7E");
  cast(values, "float8_e4m3fn", "ml_dtypes-0.6");
  EXPECT_EQ(codes(), "\x7E\x7F\xFF\x7F");
  cast({std::numeric_limits<float>::quiet_NaN(), 1.75f}, "float4_e2m1fn", "ml_dtypes-0.6");
  EXPECT_EQ(codes(), "\x08\x04");
}

TEST_F(UlpCastLike, SaysWhereTheStackLeavesTheOutcomeOpen) {
  const Outcome outcome = cast({1, std::numeric_limits<float>::quiet_NaN()}, "float4_e2m1fn", "ocp-saturate");
  EXPECT_EQ(outcome.exitCode, 3);
  EXPECT_THAT(outcome.err, HasSubstr("in.npy: OCP saturating: the specification leaves to the implementation"));
  EXPECT_THAT(outcome.err, HasSubstr("element 1"));
}

TEST_F(UlpCastLike, TakesOneStackAndNoRoundingBesideIt) {
  EXPECT_EQ(cast({1}, "float8_e4m3fn", "all").exitCode, 2);
  EXPECT_EQ(cast({1}, "float8_e4m3fn", "torch-2.12", {"--overflow", "nan"}).exitCode, 2);
  EXPECT_EQ(cast({1}, "int8", "torch-2.12").exitCode, 3);
}

}  // namespace
}  // namespace ulpscope::test
