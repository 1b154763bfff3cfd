// SPDX-License-Identifier: Apache-2.0
// Blocks written out, single elements of a known scale, and numbers as people paste them.
#include "core/formats/explain_block.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "core/formats/block_input.h"
#include "core/formats/exact_decimal.h"
#include "core/formats/scaled_format.h"
#include "core/formats/value_text.h"
#include "tests/core/formats/every_format.h"

namespace ulpscope {
namespace {

using testing::HasSubstr;

const BlockFormat& block(std::string_view id) { return *findBlockFormat(id); }

std::string step(const std::vector<ExplanationStep>& steps, std::string_view title) {
  for (const ExplanationStep& each : steps)
    if (each.title == title) return each.text;
  return {};
}

std::string scaleStep(std::string_view id, std::vector<float> values, ScaleMode mode) {
  return step(explainBlock(quantizeBlock(block(id), values, mode)), "Scale");
}

TEST(ExplainBlock, SaysWhyEachModeTookItsScale) {
  EXPECT_EQ(scaleStep("mxfp4", {7}, ScaleMode::Floor),
            "Floor, the exponent as it is: 2 - 2 = 0, so the scale is 2⁰ = `1`.");
  EXPECT_THAT(scaleStep("mxfp4", {7}, ScaleMode::Ceil), HasSubstr("next power of two: 3 - 2 = 1"));
  EXPECT_THAT(scaleStep("mxfp4", {8}, ScaleMode::Ceil), HasSubstr("of a power of two: 3 - 2 = 1"));
  EXPECT_THAT(scaleStep("mxfp4", {7}, ScaleMode::Even), HasSubstr("rounds up to the next power of two"));
  EXPECT_THAT(scaleStep("mxfp4", {5}, ScaleMode::Even), HasSubstr("keeps its exponent"));
  EXPECT_EQ(scaleStep("mxfp4", {9}, ScaleMode::Rceil),
            "Rceil: `9` / `6` = `1.5`; the next power of two that is not below it is 2¹ = `2`.");
  EXPECT_THAT(scaleStep("mxfp4", {0, 0}, ScaleMode::Floor), HasSubstr("2⁻¹²⁷"));
  EXPECT_THAT(scaleStep("mxfp8_e4m3", {1e-40F}, ScaleMode::Floor), HasSubstr("clamped to what E8M0 has"));
  EXPECT_THAT(scaleStep("mxfp4", {std::nanf("")}, ScaleMode::Floor), HasSubstr("NaN"));
}

TEST(ExplainBlock, TellsTheErrorsThatDecidedFourOverSix) {
  const auto steps = explainBlock(quantizeBlock(block("nvfp4"), std::vector{4.0F, 3.0F, 1.0F}, ScaleMode::FourOverSix));
  EXPECT_THAT(step(steps, "Choice"), HasSubstr("with the maximum at 4 the squared errors sum to `0`, with 6 to `0."));
}

TEST(ExplainBlock, FollowsEachElementThereAndBack) {
  const QuantizedBlock quantized = quantizeBlock(block("mxfp4"), std::vector{3.5F, -0.7F, 1.75F}, ScaleMode::Floor);
  EXPECT_EQ(explainElement(quantized, 1),
            "`-0.7` / `0.5` = `-1.4`, nearest to `-1.5` (code `0xB`); `-1.5` × `0.5` = `-0.75`, error "
            "`-0.050000012`.");
  EXPECT_THAT(explainElement(quantized, 0), HasSubstr("beyond the largest element, so it becomes `6`"));
  for (const BlockFormat& format : blockFormats())
    for (const ScaleMode mode : format.modes)
      for (const float each : {0.0F, 1.0F, 1e-40F, 3e38F, std::numeric_limits<float>::infinity(), std::nanf("")}) {
        const QuantizedBlock one = quantizeBlock(format, std::vector{each}, mode);
        for (const ExplanationStep& line : explainBlock(one))
          EXPECT_EQ(std::ranges::count(line.text, '`') % 2, 0) << line.text;
        EXPECT_FALSE(explainElement(one, 0).empty());
      }
}

TEST(ExplainBlock, TellsWhereMicroxcalingStopsBeforeMinusTwo) {
  const QuantizedBlock quantized = quantizeBlock(block("mxint8"), std::vector{-1.999F, -1.9F}, ScaleMode::Floor);
  EXPECT_THAT(explainElement(quantized, 0), HasSubstr("microxcaling stops one short of it"));
  EXPECT_THAT(explainElement(quantized, 1), testing::Not(HasSubstr("microxcaling")));
}

std::shared_ptr<const ScaledFormat> scaled(std::string_view id, std::string_view scale) {
  auto format = scaledElements(block(id), scale);
  EXPECT_TRUE(format.has_value()) << scale;
  return std::move(format).value();
}

TEST(ScaledElements, ExplainDivisionRoundingAndTheWayBack) {
  const auto format = scaled("mxfp4", "2^-3");
  const Explanation explanation = explainValue("-0.7", *format, Rounding::NearestEven, Overflow::Format).value();
  EXPECT_EQ(explanation.code, 0xFu);
  EXPECT_EQ(explanation.value, "-0.75");
  EXPECT_EQ(explanation.error, "-0.05");
  EXPECT_EQ(step(explanation.steps, "Scale"), "The scale is `0.125` (code `0x7C`) in E8M0.");
  EXPECT_EQ(step(explanation.steps, "Divide"), "`-0.7` / `0.125` = `-5.6`.");
  EXPECT_EQ(step(explanation.steps, "Restore"), "`-6` × `0.125` = `-0.75`.");
}

TEST(ScaledElements, ShowNoQuotientThatADoubleCannotHold) {
  const auto format = scaled("mxfp4", "2^-100");
  const auto explanation = explainValue("1e300", *format, Rounding::NearestEven, Overflow::Format).value();
  EXPECT_THAT(step(explanation.steps, "Divide"), testing::EndsWith(" is too large to write out."));
  EXPECT_EQ(explanation.code, 7u);
}

TEST(ScaledElements, SaturateUnlessAskedOtherwise) {
  const auto format = scaled("mxfp8_e4m3", "1");
  const auto value = [&](Overflow overflow) {
    return explainValue("1000", *format, Rounding::NearestEven, overflow)->value;
  };
  EXPECT_EQ(value(Overflow::Format), "448");
  EXPECT_EQ(value(Overflow::Nan), "nan");
}

TEST(ScaledElements, SayHowAScaleThatTheBlockCannotHoldRounds) {
  EXPECT_EQ(scaled("mxfp4", "0.3")->scaleText(), "E8M0 has no `0.3`; the nearest scale is `0.25` (code `0x7D`).");
  EXPECT_EQ(scaled("nvfp4", "0.3")->scaleText(), "UE4M3 has no `0.3`; the nearest scale is `0.3125` (code `0x2A`).");
  for (const char* wrong : {"0", "-1", "inf", "nan", "two", "2^x", "2^"})
    EXPECT_EQ(scaledElements(block("mxfp4"), wrong).error().code, Errc::Usage) << wrong;
  EXPECT_FALSE(scaledElements(block("nvfp4"), "1e-9").has_value());  // rounds to zero
}

TEST(ScaledElements, KeepTheLawsOfFormatsForScalesThatAreNoPowersOfTwo) {
  for (const char* scale : {"2^-7", "3", "0.8125", "448", "2^-9"}) {
    const auto format = scaled("nvfp4", scale);
    for (std::uint64_t code = 0; code < 16; ++code)
      for (const Rounding rounding : kEveryRounding)
        ASSERT_EQ(format->encode(format->decode(code), rounding, Overflow::Format), Encoded{.code = code}) << scale;
    // A hair above and below the middle of 2 and 3 in elements, which a tie to even sends to 2.
    const Unrounded two = format->decode(4), three = format->decode(5);
    const double middle = (toDouble(two) + toDouble(three)) / 2;
    const auto rounded = [&](double number) {
      return format->encode(unrounded(number), Rounding::NearestEven, Overflow::Format).code;
    };
    EXPECT_EQ(rounded(middle), 4u) << scale;
    EXPECT_EQ(rounded(std::nextafter(middle, 1e9)), 5u) << scale;
    EXPECT_EQ(rounded(std::nextafter(middle, 0)), 4u) << scale;
  }
}

TEST(ScaledElements, HoldMxint8InSixtyFourths) {
  const auto format = scaled("mxint8", "4");
  EXPECT_EQ(toDouble(format->decode(0x7F)), 127.0 / 64 * 4);
  EXPECT_EQ(format->encode(unrounded(1.0), Rounding::NearestEven, Overflow::Format).code, 16u);
}

TEST(BlockInput, ReadsNumbersAsPeoplePasteThem) {
  const std::vector<float> expected{0.1F, -2, 0.5F, 1e3F};
  EXPECT_EQ(parseFloats("0.1 -2 0.5 1e3", 32), expected);
  EXPECT_EQ(parseFloats("[0.1, -2, 0x1p-1,\n 1000]", 32), expected);
  EXPECT_EQ(parseFloats("0.1;-2\t.5;1e+3;", 4), expected);
  EXPECT_EQ(parseFloats("1e40", 1), std::vector{std::numeric_limits<float>::infinity()});
  EXPECT_EQ(parseFloats("1 2", 1).error().code, Errc::LimitExceeded);
  EXPECT_EQ(parseFloats(" , ", 1).error().code, Errc::Usage);
  EXPECT_EQ(parseFloats("1 two", 3).error().code, Errc::Usage);
}

}  // namespace
}  // namespace ulpscope
