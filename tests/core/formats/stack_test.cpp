// SPDX-License-Identifier: Apache-2.0
#include "core/formats/stack.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <string>

#include "core/formats/exact_decimal.h"
#include "core/formats/value_text.h"
#include "tests/core/formats/oracle_inputs.h"
#include "tests/source_path.h"

namespace ulpscope {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Result<StackResult> converted(std::string_view stack, std::string_view format, std::string_view number) {
  return convert(*findStack(stack), *findFormat(format), unrounded(*parseNumber(number)));
}

/// The code, or -1 where there is none.
int codeOf(std::string_view stack, std::string_view format, std::string_view number) {
  const auto result = converted(stack, format, number);
  return result ? static_cast<int>(result->encoded.code) : -1;
}

std::string ruleOf(std::string_view stack, std::string_view format, std::string_view number) {
  return converted(stack, format, number).value().rule;
}

TEST(Stacks, AreNineInTheirOrder) {
  std::vector<std::string> ids;
  for (const Stack* stack : stackRegistry()) ids.emplace_back(stack->id);
  EXPECT_THAT(ids, testing::ElementsAre("torch-2.11", "torch-2.12", "ml_dtypes-0.6", "cuda-satfinite", "onnx-saturate",
                                        "onnx-wrap", "ocp-saturate", "ocp-overflow", "ggml"));
  EXPECT_EQ(findStack("torch-1.0"), nullptr);
}

TEST(Stacks, NameFloatsOfTheRegistryOnceEach) {
  for (const Stack* stack : stackRegistry()) {
    std::set<std::string_view> seen;
    for (const StackConversion& conversion : stack->conversions) {
      const NumberFormat* format = findFormat(conversion.format);
      ASSERT_NE(format, nullptr) << stack->id << " " << conversion.format;
      EXPECT_NE(format->floatSpec(), nullptr) << conversion.format;
      EXPECT_TRUE(seen.insert(conversion.format).second) << stack->id << " " << conversion.format;
    }
  }
}

// What each stack makes of a number, in the order of the registry; ggml has no E4M3.
struct Row {
  const char* name;
  const char* number;
  int torch211, torch212, mlDtypes, cuda, onnxSaturate, onnxWrap, ocpSaturate, ocpOverflow;
};

class StacksInE4m3fn : public testing::TestWithParam<Row> {};

TEST_P(StacksInE4m3fn, GiveTheCodesOfTheTable) {
  const Row& row = GetParam();
  const int expected[] = {row.torch211,     row.torch212, row.mlDtypes,    row.cuda,
                          row.onnxSaturate, row.onnxWrap, row.ocpSaturate, row.ocpOverflow};
  for (std::size_t i = 0; i < std::size(expected); ++i) {
    const std::string_view stack = stackRegistry()[i]->id;
    EXPECT_EQ(codeOf(stack, "float8_e4m3fn", row.number), expected[i]) << stack << " " << row.number;
  }
}

INSTANTIATE_TEST_SUITE_P(Numbers, StacksInE4m3fn,
                         testing::Values(Row{"Tie464", "464", 0x7E, 0x7E, 0x7E, 0x7E, 0x7E, 0x7E, 0x7E, 0x7E},
                                         Row{"JustAboveTheTie", "464.0000001", 0x7F, 0x7E, 0x7F, 0x7E, 0x7E, 0x7F, 0x7E,
                                             0x7F},
                                         Row{"Overflow465", "465", 0x7F, 0x7E, 0x7F, 0x7E, 0x7E, 0x7F, 0x7E, 0x7F},
                                         Row{"Minus465", "-465", 0xFF, 0xFE, 0xFF, 0xFE, 0xFE, 0xFF, 0xFE, 0xFF},
                                         Row{"Large", "1e30", 0x7F, 0x7E, 0x7F, 0x7E, 0x7E, 0x7F, 0x7E, 0x7F},
                                         Row{"Infinity", "inf", 0x7F, 0x7E, 0x7F, 0x7E, 0x7E, 0x7F, 0x7E, 0x7F},
                                         Row{"Nan", "nan", 0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0x7F, 0x7F},
                                         Row{"MinusNan", "-nan", 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF},
                                         Row{"MinusZero", "-0", 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Stacks, RoundE5m2To57344UpTo61439AndDifferInNanAndInfinity) {
  for (const char* stack : {"torch-2.11", "torch-2.12", "ml_dtypes-0.6", "onnx-wrap", "ocp-overflow"}) {
    EXPECT_EQ(codeOf(stack, "float8_e5m2", "61439"), 0x7B) << stack;
    EXPECT_EQ(codeOf(stack, "float8_e5m2", "61440"), 0x7C) << stack;
    EXPECT_EQ(codeOf(stack, "float8_e5m2", "-inf"), 0xFC) << stack;
  }
  for (const char* stack : {"cuda-satfinite", "onnx-saturate", "ocp-saturate"}) {
    EXPECT_EQ(codeOf(stack, "float8_e5m2", "61440"), 0x7B) << stack;
    EXPECT_EQ(codeOf(stack, "float8_e5m2", "-inf"), 0xFB) << stack;
  }
  EXPECT_EQ(codeOf("ml_dtypes-0.6", "float8_e5m2", "nan"), 0x7E);
  EXPECT_EQ(codeOf("ml_dtypes-0.6", "float8_e5m2", "-nan"), 0xFE);
  EXPECT_EQ(codeOf("torch-2.12", "float8_e5m2", "nan"), 0x7F);
  EXPECT_EQ(codeOf("torch-2.11", "float8_e5m2", "-nan"), 0xFF);
  EXPECT_EQ(codeOf("cuda-satfinite", "float8_e5m2", "-nan"), 0x7F);
}

TEST(Stacks, HaveOneNanAndOneZeroInFnuz) {
  for (const char* format : {"float8_e4m3fnuz", "float8_e5m2fnuz"}) {
    for (const char* stack : {"torch-2.11", "torch-2.12", "ml_dtypes-0.6", "onnx-wrap"}) {
      for (const char* number : {"1e30", "-1e30", "inf", "-inf", "nan", "-nan"})
        EXPECT_EQ(codeOf(stack, format, number), 0x80) << stack << " " << number;
      EXPECT_EQ(codeOf(stack, format, "-0"), 0x00) << stack;
    }
    EXPECT_EQ(codeOf("onnx-saturate", format, "1e30"), 0x7F);
    EXPECT_EQ(codeOf("onnx-saturate", format, "-1e30"), 0xFF);
    EXPECT_EQ(codeOf("onnx-saturate", format, "inf"), 0x80);
    EXPECT_EQ(codeOf("onnx-saturate", format, "-0"), 0x00);
  }
}

TEST(Stacks, DisagreeOnNanInFp6AndFp4) {
  EXPECT_EQ(codeOf("ml_dtypes-0.6", "float4_e2m1fn", "nan"), 0x8);
  EXPECT_EQ(codeOf("ml_dtypes-0.6", "float4_e2m1fn", "-nan"), 0x0);
  EXPECT_EQ(codeOf("ml_dtypes-0.6", "float6_e3m2fn", "nan"), 0x20);
  EXPECT_EQ(codeOf("ml_dtypes-0.6", "float6_e2m3fn", "-nan"), 0x00);
  EXPECT_EQ(codeOf("cuda-satfinite", "float4_e2m1fn", "-nan"), 0x7);
  EXPECT_EQ(codeOf("cuda-satfinite", "float6_e3m2fn", "nan"), 0x1F);
  EXPECT_EQ(codeOf("onnx-saturate", "float4_e2m1fn", "nan"), 0x7);
  EXPECT_EQ(codeOf("ggml", "float4_e2m1fn", "nan"), 0x0);
  EXPECT_EQ(codeOf("ocp-saturate", "float4_e2m1fn", "nan"), -1);
}

TEST(Stacks, SaturateFp6AndFp4) {
  for (const char* stack : {"ml_dtypes-0.6", "cuda-satfinite", "ocp-saturate", "ocp-overflow"}) {
    EXPECT_EQ(codeOf(stack, "float4_e2m1fn", "-100"), 0xF) << stack;
    EXPECT_EQ(codeOf(stack, "float6_e3m2fn", "100"), 0x1F) << stack;
  }
  EXPECT_EQ(codeOf("ml_dtypes-0.6", "float4_e2m1fn", "inf"), 0x7);
}

struct ScaleRow {
  const char* number;
  int torch, mlDtypes, cuda;
};

TEST(Stacks, AllConvertToE8m0Differently) {
  for (const auto& [number, torch, mlDtypes, cuda] :
       {ScaleRow{"0", 0x00, 0xFF, 0x00}, ScaleRow{"-0", 0x00, 0xFF, 0x00}, ScaleRow{"-1", 0x7F, 0xFF, 0x7F},
        ScaleRow{"-3", 0x81, 0xFF, 0x81}, ScaleRow{"3", 0x81, 0x81, 0x81}, ScaleRow{"0.75", 0x7F, 0x7F, 0x7F},
        ScaleRow{"6", 0x82, 0x82, 0x82}, ScaleRow{"2.5", 0x80, 0x80, 0x81}, ScaleRow{"inf", 0xFF, 0xFF, 0xFE},
        ScaleRow{"-inf", 0xFF, 0xFF, 0xFE}, ScaleRow{"nan", 0xFF, 0xFF, 0xFF}, ScaleRow{"3e38", 0xFF, 0xFF, 0xFE},
        ScaleRow{"1e-41", 0x00, 0x00, 0x00}, ScaleRow{"0x1.2p-127", 0x01, 0x01, 0x01}}) {
    for (const char* stack : {"torch-2.11", "torch-2.12"})
      EXPECT_EQ(codeOf(stack, "float8_e8m0fnu", number), torch) << stack << " " << number;
    EXPECT_EQ(codeOf("ml_dtypes-0.6", "float8_e8m0fnu", number), mlDtypes) << number;
    EXPECT_EQ(codeOf("cuda-satfinite", "float8_e8m0fnu", number), cuda) << number;
  }
}

TEST(Stacks, ConvertToE8m0AsOnnxHasIt) {
  EXPECT_EQ(codeOf("onnx-saturate", "float8_e8m0fnu", "0"), 0x00);
  EXPECT_EQ(codeOf("onnx-saturate", "float8_e8m0fnu", "2.5"), 0x81);
  EXPECT_EQ(codeOf("onnx-saturate", "float8_e8m0fnu", "inf"), 0xFE);
  EXPECT_EQ(codeOf("onnx-saturate", "float8_e8m0fnu", "1e-41"), 0x00);
  EXPECT_EQ(codeOf("onnx-saturate", "float8_e8m0fnu", "-1"), -1);
  EXPECT_EQ(codeOf("onnx-wrap", "float8_e8m0fnu", "0"), 0xFF);
  EXPECT_EQ(codeOf("onnx-wrap", "float8_e8m0fnu", "3"), 0x81);
  EXPECT_EQ(codeOf("onnx-wrap", "float8_e8m0fnu", "2.5"), 0x80);
  EXPECT_EQ(codeOf("onnx-wrap", "float8_e8m0fnu", "1e-41"), 0xFF);
  EXPECT_EQ(codeOf("onnx-wrap", "float8_e8m0fnu", "0x1p127"), 0xFE);
  EXPECT_EQ(codeOf("onnx-wrap", "float8_e8m0fnu", "0x1.2p127"), 0xFF);
}

TEST(GgmlStack, Gives448FromTwoHundredFortyEightOn) {
  EXPECT_EQ(codeOf("ggml", "float8_ue4m3", "247.9"), 0x77);  // 240
  for (const char* number : {"248", "256", "288", "400", "448", "1e30", "inf"})
    EXPECT_EQ(codeOf("ggml", "float8_ue4m3", number), 0x7E) << number;
}

TEST(GgmlStack, RoundsHalvesUpInUe4m3AndGivesZeroForWhatIsNotAboveIt) {
  EXPECT_EQ(codeOf("ggml", "float8_ue4m3", "1.0625"), 0x39);  // to even it would be 1.0, 0x38
  EXPECT_EQ(codeOf("ggml", "float8_ue4m3", "0x1p-10"), 0x01);
  for (const char* number : {"0", "-0", "-1", "-inf", "nan", "-nan"})
    EXPECT_EQ(codeOf("ggml", "float8_ue4m3", number), 0x00) << number;
  EXPECT_EQ(codeOf("ggml", "float8_ue4m3", "0x1.fp-7"), 0x07) << "nothing below 2^-6 rounds up to it";
}

TEST(GgmlStack, SendsTiesInE2m1TowardZero) {
  EXPECT_EQ(codeOf("ggml", "float4_e2m1fn", "1.75"), 0x3);  // 1.5; to even it would be 2
  EXPECT_EQ(codeOf("ggml", "float4_e2m1fn", "-1.75"), 0xB);
  EXPECT_EQ(codeOf("ggml", "float4_e2m1fn", "1.7500001"), 0x4);
  EXPECT_EQ(codeOf("ggml", "float4_e2m1fn", "2.5"), 0x4);
  EXPECT_EQ(codeOf("ggml", "float4_e2m1fn", "0.75"), 0x1);
  EXPECT_EQ(codeOf("ggml", "float4_e2m1fn", "100"), 0x7);
}

TEST(GgmlStack, KeepsNoSignOfZeroInE2m1AndFindsNothingNearInfinity) {
  EXPECT_EQ(codeOf("ggml", "float4_e2m1fn", "-0"), 0x0);
  EXPECT_EQ(codeOf("ggml", "float4_e2m1fn", "-0.25"), 0x0);
  EXPECT_EQ(codeOf("ggml", "float4_e2m1fn", "-0.2500001"), 0x9);
  EXPECT_EQ(codeOf("ggml", "float4_e2m1fn", "-inf"), 0x0);
  EXPECT_EQ(codeOf("ggml", "float4_e2m1fn", "1e30"), 0x0) << "1e30 - 6 is 1e30 in float32";
}

TEST(StackRules, NameWhatFired) {
  EXPECT_EQ(ruleOf("torch-2.11", "float8_e4m3fn", "465"), "torch 2.11: finite overflow becomes NaN, 0x7F");
  EXPECT_THAT(ruleOf("torch-2.12", "float8_e4m3fn", "465"),
              StartsWith("torch 2.12: finite overflow saturates to 448 (since pull request 178817"));
  EXPECT_EQ(ruleOf("torch-2.12", "float8_e4m3fn", "inf"), "torch 2.12: infinity saturates to 448");
  EXPECT_EQ(ruleOf("ocp-saturate", "float8_e5m2", "-inf"), "OCP saturating: infinity saturates to -57344");
  EXPECT_EQ(ruleOf("ocp-overflow", "float8_e5m2", "1e6"), "OCP non-saturating: finite overflow becomes infinity, 0x7C");
  EXPECT_EQ(ruleOf("ml_dtypes-0.6", "float8_e4m3fn", "464"), "ml_dtypes 0.6: rounds to nearest, ties to even, 448");
  EXPECT_EQ(ruleOf("ml_dtypes-0.6", "float8_e4m3fn", "448"),
            "ml_dtypes 0.6: a value of the format, stored as it is, 448");
  EXPECT_EQ(ruleOf("ml_dtypes-0.6", "float8_e4m3fnuz", "-0"),
            "ml_dtypes 0.6: the one zero of the format, 0x00, stands for -0 too");
  EXPECT_EQ(ruleOf("torch-2.12", "float8_e8m0fnu", "3"), "torch 2.12: rounds to nearest, ties up, 4");
  EXPECT_EQ(ruleOf("torch-2.12", "float8_e8m0fnu", "-1"), "torch 2.12: the sign is dropped, 1");
}

TEST(StackRules, SayWhyThereIsNoCode) {
  const auto missing = converted("ocp-saturate", "bfloat16", "1");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, Errc::Unsupported);
  EXPECT_THAT(missing.error().message, StartsWith("OCP saturating: the specifications have conversions to FP8"));
  EXPECT_EQ(missing.error().subject, "bfloat16");
  const auto open = converted("ocp-overflow", "float6_e3m2fn", "nan");
  ASSERT_FALSE(open.has_value());
  EXPECT_THAT(open.error().message, HasSubstr("leaves to the implementation"));
  EXPECT_EQ(codeOf("torch-2.12", "int8", "1"), -1);
  EXPECT_EQ(codeOf("torch-2.12", "nf4", "1"), -1);
}

TEST(StackOutcomes, SayWhatHappenedOnTheWay) {
  const auto outcomeOf = [](const char* stack, const char* format, const char* number) {
    return converted(stack, format, number)->encoded;
  };
  const Encoded saturated = outcomeOf("torch-2.12", "float8_e4m3fn", "465");
  EXPECT_TRUE(saturated.overflowed && !saturated.exact);
  const Encoded nan = outcomeOf("torch-2.12", "float8_e5m2", "nan");
  EXPECT_TRUE(nan.exact && !nan.lostNan && !nan.overflowed);
  EXPECT_TRUE(outcomeOf("ml_dtypes-0.6", "float4_e2m1fn", "nan").lostNan);
  EXPECT_TRUE(outcomeOf("ggml", "float4_e2m1fn", "-0.25").underflowed);
  EXPECT_TRUE(outcomeOf("ggml", "float4_e2m1fn", "-0").exact);
  EXPECT_FALSE(outcomeOf("torch-2.12", "float8_e8m0fnu", "-1").exact);
}

TEST(WhatOthersDo, HasARowForEveryStack) {
  const NumberFormat& format = *findFormat("float8_e4m3fn");
  const std::vector<StackRow> rows = whatOthersDo(format, unrounded(465.0));
  ASSERT_EQ(rows.size(), stackRegistry().size());
  for (const StackRow& row : rows) {
    EXPECT_THAT(row.rule, StartsWith(std::string(row.stack->title) + ": "));
    EXPECT_EQ(row.code.has_value(), row.stack->id != "ggml");
    EXPECT_EQ(row.value.empty(), !row.code.has_value());
  }
  EXPECT_EQ(rows[0].value, "nan");
  EXPECT_EQ(rows[1].value, "448");
}

bool isNanCode(const NumberFormat& format, std::uint64_t code) { return format.classify(code) == NumberClass::Nan; }

// Every code of float16 and bfloat16 as a float32, against the stack itself: tests/golden/formats/README.md.
TEST(StackGolden, GivesTheCodesOfTheStackForEveryFloat16AndBfloat16) {
  std::ifstream file(sourcePath("tests/golden/formats/stacks.csv"));
  int rows = 0;
  for (std::string line; std::getline(file, line); ++rows) {
    std::istringstream fields(line);
    std::string stackId, formatId, inputs, digest;
    std::getline(fields, stackId, ',');
    std::getline(fields, formatId, ',');
    std::getline(fields, inputs, ',');
    const Stack* stack = findStack(stackId);
    const NumberFormat* format = findFormat(formatId);
    ASSERT_TRUE(stack != nullptr && format != nullptr) << line;
    const StackConversion* conversion = conversionTo(*stack, *format);
    ASSERT_NE(conversion, nullptr) << line;
    std::uint32_t input = 0;
    for (; std::getline(fields, digest, ','); input += kOracleBlock) {
      std::vector<std::uint64_t> words;
      for (std::uint32_t i = input; i < input + kOracleBlock; ++i) {
        const float value = inputs == "float16" ? float16Value(i) : std::bit_cast<float>(i << 16);
        const std::uint64_t code = encodeLike(*conversion, *format, unrounded(value)).encoded.code;
        const bool anyNan = format->info().codeBits == 16 && isNanCode(*format, code);
        words.push_back(anyNan ? kNanMarker : code);
      }
      EXPECT_EQ(fmt::format("{:016x}", digestOf(words)), digest)
          << stackId << " " << formatId << ": a code differs among " << inputs << " inputs " << input << " to "
          << input + kOracleBlock - 1;
    }
    EXPECT_EQ(input, 0x10000u) << line;
  }
  EXPECT_EQ(rows, 78);
}

}  // namespace
}  // namespace ulpscope
