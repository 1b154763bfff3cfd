// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/ulp.h"

namespace ulpscope::test {
namespace {

using testing::HasSubstr;

Json calculated(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "calc");
  arguments.push_back("--json");
  return ulp(arguments).json();
}

TEST(UlpCalc, GivesTheSumThatBinary16Absorbs) {
  const Json json = calculated({"2048", "+", "1", "--format", "float16"});
  EXPECT_EQ(json["exact"], "2049");
  EXPECT_EQ(json["value"], "2048");
  EXPECT_EQ(json["code"], "0x6800");
  EXPECT_EQ(json["errorUlp"], -0.5);
  EXPECT_EQ(json["operands"][1]["code"], "0x3C00");
  bool hasBoard = false;
  for (const Json& step : json["steps"]) {
    EXPECT_TRUE(step.contains("title") && step.contains("text"));
    hasBoard = hasBoard || step.contains("board");
  }
  EXPECT_TRUE(hasBoard);
}

TEST(UlpCalc, CalculatesInFloat32UnlessAskedOtherwise) {
  const Json json = calculated({"0.1", "+", "0.2"});
  EXPECT_EQ(json["format"], "float32");
  EXPECT_EQ(json["value"], "0.300000011920928955078125");
}

TEST(UlpCalc, TakesSignsAndWordsForOperations) {
  EXPECT_EQ(calculated({"-3", "sub", "-5"})["value"], "2");
  EXPECT_EQ(calculated({"3", "-", "5"})["value"], "-2");
  EXPECT_EQ(calculated({"-.5", "x", "-inf"})["value"], "inf");
  EXPECT_EQ(calculated({"7", "*", "0x1p-1"})["value"], "3.5");
  EXPECT_EQ(calculated({"1", "/", "3", "--format", "bfloat16"})["exactSymbol"], "1/3");
  EXPECT_EQ(calculated({"sqrt", "2", "--format", "float8_e4m3fn"})["value"], "1.375");
  EXPECT_EQ(calculated({"fma", "0.1", "10", "-1", "--format", "float64"})["value"],
            "5.5511151231257827021181583404541015625e-17");
  EXPECT_EQ(calculated({"code:0x7E", "+", "code:0x01", "--format", "float8_e4m3fn"})["value"], "448");
}

TEST(UlpCalc, RoundsAndOverflowsAsAsked) {
  EXPECT_EQ(calculated({"2048", "+", "1", "--format", "float16", "--rounding", "toward_positive"})["value"], "2050");
  EXPECT_EQ(calculated({"300", "+", "300", "--format", "float8_e4m3fn"})["value"], "nan");
  const Json saturated = calculated({"300", "+", "300", "--format", "float8_e4m3fn", "--overflow", "saturate"});
  EXPECT_EQ(saturated["value"], "448");
  EXPECT_EQ(saturated["overflowed"], true);
  EXPECT_EQ(calculated({"1", "-", "1", "--rounding", "toward_negative"})["value"], "-0");
}

TEST(UlpCalc, PrintsTheBoardInColumns) {
  const Outcome outcome = ulp({"calc", "2048", "+", "1", "--format", "float16"});
  EXPECT_EQ(outcome.exitCode, 0);
  EXPECT_THAT(outcome.out, HasSubstr("\n                   1.0000000000|0  × 2¹¹  2048\n"
                                     "                 + 0.0000000000|1  × 2¹¹  1\n"));
  EXPECT_THAT(outcome.out, HasSubstr("error      -0.5 ulp"));
}

TEST(UlpCalc, RefusesWhatIsNoExpressionOrHasNoResult) {
  const auto refused = [](std::vector<std::string> arguments, const char* message) {
    arguments.insert(arguments.begin(), "calc");
    const Outcome outcome = ulp(arguments);
    EXPECT_EQ(outcome.exitCode, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(outcome.err, HasSubstr(message));
  };
  refused({}, "EXPRESSION");
  refused({"1", "+"}, "A OP B, sqrt A or fma A B C expected, found 2 words");
  refused({"1", "%", "2"}, "an operation expected (+, -, *, x, /, add, sub, mul, div), found %");
  refused({"fma", "1", "2"}, "3 operands expected, 2 found");
  refused({"1", "+", "one"}, "a number such as");
  refused({"1", "/", "0", "--format", "int8"}, "1 / 0: a finite result expected, infinity found");
}

}  // namespace
}  // namespace ulpscope::test
