// SPDX-License-Identifier: Apache-2.0
#include "core/formats/explain.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <bit>
#include <random>

#include "core/base/text.h"
#include "core/formats/codec.h"
#include "core/formats/exact_decimal.h"
#include "core/formats/value_text.h"
#include "tests/core/formats/every_format.h"

namespace ulpscope {
namespace {

Explanation explained(std::string_view text, std::string_view id, Rounding rounding = Rounding::NearestEven,
                      Overflow overflow = Overflow::Format) {
  auto explanation = explainValue(text, *findFormat(id), rounding, overflow);
  EXPECT_TRUE(explanation.has_value()) << text;
  return std::move(explanation).value();
}

std::string stepText(const Explanation& explanation, std::string_view title) {
  for (const ExplanationStep& step : explanation.steps)
    if (step.title == title) return step.text;
  return {};
}

/// What stands between the last two backticks.
std::string lastQuoted(const std::string& text) {
  const std::size_t end = text.rfind('`');
  const std::size_t begin = text.rfind('`', end - 1);
  return text.substr(begin + 1, end - begin - 1);
}

TEST(Explain, WritesTheLessonOfMinus27Point15625InBinary16) {
  const Explanation explanation = explained("-27.15625", "float16");
  EXPECT_EQ(explanation.code, 0xCECAu);
  EXPECT_EQ(explanation.value, "-27.15625");
  EXPECT_EQ(explanation.error, "0");
  EXPECT_EQ(explanation.ulp, "0.015625");
  EXPECT_EQ(explanation.previous, "-27.171875");
  EXPECT_EQ(explanation.next, "-27.140625");
  const std::pair<const char*, const char*> expected[] = {
      {"Sign", "The number is negative: sign bit `1`."},
      {"Binary", "Integer part `27` = `11011`, fraction `0.15625` = `0.00101`; together `11011.00101`."},
      {"Normalise", "Move the point 4 places to the left, behind the first 1: `11011.00101` = `1.101100101` × 2⁴."},
      {"Exponent", "4 + bias 15 = 19 = `10011`."},
      {"Fraction", "The 10 bits after the point: `1011001010`; nothing is left over."},
      {"Round", "The number is a value of the format, so nothing is rounded."},
      {"Code", "`1 10011 1011001010` = `0xCECA`, exactly the number given."},
  };
  ASSERT_EQ(explanation.steps.size(), std::size(expected));
  for (std::size_t i = 0; i < std::size(expected); ++i) {
    EXPECT_EQ(explanation.steps[i].title, expected[i].first);
    EXPECT_EQ(explanation.steps[i].text, expected[i].second);
  }
}

struct Example {
  const char* text;
  const char* id;
  std::uint64_t code;
  const char* value;
  const char* error;
};

// formats.md 2.8 and worked examples, section 1, as the project's issue states them; recomputed there with exact
// rationals.
constexpr Example kExamples[] = {
    {"-27.15625", "float32", 0xC1D94000, "-27.15625", "0"},
    {"-27.15625", "tfloat32", 0xC1D94000, "-27.15625", "0"},
    {"-27.15625", "bfloat16", 0xC1D9, "-27.125", "0.03125"},
    {"-27.15625", "float8_e4m3fn", 0xDE, "-28", "-0.84375"},
    {"-27.15625", "float8_e5m2", 0xCF, "-28", "-0.84375"},
    {"-27.15625", "float4_e2m1fn", 0xF, "-6", "21.15625"},
    {"0.1", "float16", 0x2E66, "0.0999755859375", "-0.0000244140625"},
    {"0.1", "bfloat16", 0x3DCD, "0.10009765625", "0.00009765625"},
    {"0.1", "float8_e4m3fn", 0x1D, "0.1015625", "0.0015625"},
    {"0.1", "float8_e5m2", 0x2E, "0.09375", "-0.00625"},
    {"0.1", "float4_e2m1fn", 0x0, "0", "-0.1"},
    {"0.1", "nf4", 8, "0.079580299556255340576171875", "-0.020419700443744659423828125"},
    {"1.00390625000000000000001", "bfloat16", 0x3F81, "1.0078125", "0.00390624999999999999999"},
    {"-128.4", "int8", 0x80, "-128", "0.4"},
    {"465", "float8_e4m3fn", 0x7F, "nan", ""},
    {"-inf", "float16", 0xFC00, "-inf", ""},
};

TEST(Explain, GivesTheReadyExamples) {
  for (const Example& example : kExamples) {
    const Explanation explanation = explained(example.text, example.id);
    EXPECT_EQ(explanation.code, example.code) << example.text << ' ' << example.id;
    EXPECT_EQ(explanation.value, example.value);
    EXPECT_EQ(explanation.error, example.error);
  }
}

TEST(Explain, SaysHowTiesCarriesAndCutsAreDecided) {
  const auto round = [](auto... arguments) { return stepText(explained(arguments...), "Round"); };
  EXPECT_THAT(round("1.00390625", "bfloat16"), testing::HasSubstr("ties to even"));
  EXPECT_THAT(round("1.00390625", "bfloat16"), testing::EndsWith("`0000000` stays."));
  EXPECT_THAT(round("1.00390625000000000000001", "bfloat16"), testing::HasSubstr("more than half"));
  EXPECT_THAT(round("1.00390625", "bfloat16", Rounding::NearestAway), testing::EndsWith("`0000000` + 1 = `0000001`."));
  EXPECT_THAT(round("1.9999", "float16"),
              testing::EndsWith("`1111111111` + 1 = `0000000000`, with a carry into the exponent."));
  EXPECT_THAT(round("-1.1", "float16", Rounding::TowardNegative), testing::HasSubstr("raises the magnitude"));
  EXPECT_THAT(stepText(explained("0.1", "float16"), "Binary"),
              testing::EndsWith("`. The bits go on; … marks the cut."));
}

TEST(Explain, NamesTheRuleOfAnOverflow) {
  const auto rule = [](auto... arguments) { return explained(arguments...).rule; };
  EXPECT_EQ(
      rule("465", "float8_e4m3fn"),
      "After rounding the number is beyond the largest finite value, `448`; the format has NaN but no infinity, so the "
      "result is NaN.");
  EXPECT_THAT(rule("1e30", "float16"), testing::EndsWith("the format has infinity, so the result is infinity."));
  EXPECT_THAT(rule("1e30", "float16", Rounding::TowardZero),
              testing::HasSubstr("this rounding mode does not go past it"));
  EXPECT_THAT(rule("inf", "float8_e5m2", Rounding::NearestEven, Overflow::Saturate),
              testing::HasSubstr("asked to saturate"));
  EXPECT_THAT(rule("1e30", "float4_e2m1fn"), testing::HasSubstr("neither infinity nor NaN"));
  EXPECT_THAT(rule("1e30", "float16", Rounding::NearestEven, Overflow::Nan), testing::HasSubstr("NaN was asked for"));
  EXPECT_THAT(rule("1000", "int8"), testing::HasSubstr("outside -128 to 127"));
  EXPECT_THAT(rule("2", "nf4"), testing::HasSubstr("outside the table"));
}

TEST(Explain, ShowsTheTableThatACodebookChoosesFrom) {
  const Explanation tie = explained("0.03979014977812767028808593750", "nf4");
  EXPECT_EQ(tie.code, 7u);
  EXPECT_EQ(stepText(tie, "Neighbours"),
            "`0.0397901497781276702880859375` lies between `0` (code 7) and `0.0795803` (code 8).");
  EXPECT_EQ(tie.rule, "The number is the threshold itself, and in this table ties take the lower value.");
}

TEST(Explain, TellsAStorySubnormalsZeroAndSpecialsUnderstand) {
  EXPECT_THAT(stepText(explained("1e-7", "float16"), "Exponent"), testing::HasSubstr("subnormal"));
  EXPECT_EQ(explained("1e-46", "float32").value, "0");
  EXPECT_TRUE(explained("1e-46", "float32").outcome.underflowed);
  EXPECT_FALSE(stepText(explained("-0", "bfloat16"), "Zero").empty());
  EXPECT_FALSE(stepText(explained("nan", "float16"), "NaN").empty());
  EXPECT_FALSE(stepText(explained("inf", "float16"), "Infinity").empty());
  EXPECT_EQ(explained("65504", "float16").ulp, "32");  // toward zero, since infinity has no distance
  EXPECT_EQ(explained("65504", "float16").next, "inf");
  EXPECT_EQ(explained("inf", "float16").ulp, std::nullopt);
}

TEST(Explain, RefusesNanWhereThereIsNoneAndTextThatIsNoNumber) {
  const auto error = [](std::string_view text) {
    return explainValue(text, *findFormat("int8"), Rounding::NearestEven, Overflow::Format).error().code;
  };
  EXPECT_EQ(error("nan"), Errc::Usage);
  EXPECT_EQ(error("twelve"), Errc::Usage);
}

TEST(Explain, TellsWhatFormatsWithoutSignOrZeroMakeOfNumbersBelowTheirRange) {
  const auto range = [](std::string_view text, std::string_view id) {
    return stepText(explainValue(text, *findFormat(id), Rounding::NearestEven, Overflow::Format).value(), "Range");
  };
  EXPECT_THAT(range("-1", "float8_ue4m3"), testing::HasSubstr("negative, and the format has no negative values"));
  EXPECT_THAT(range("0", "float8_e8m0fnu"), testing::HasSubstr("The format has no zero"));
  EXPECT_THAT(range("1e-40", "float8_e8m0fnu"), testing::HasSubstr("that value is taken"));
}

TEST(Explain, SaysOfTiesBetweenPowersOfTwoWhereTheyGo) {
  const auto round = [](std::string_view id) {
    return stepText(explainValue("3", *findFormat(id), Rounding::NearestEven, Overflow::Format).value(), "Round");
  };
  EXPECT_THAT(round("float8_e8m0fnu"), testing::HasSubstr("ties go up in this format"));
  EXPECT_THAT(round("binary8p1se"), testing::HasSubstr("the even code is taken"));
}

TEST(Explain, ReadsAndJudgesThePayloadOfNan) {
  const auto nan = [](std::uint64_t code, std::string_view id) {
    return stepText(explainCode(code, *findFormat(id)).value(), "NaN");
  };
  EXPECT_THAT(nan(0x7FC1, "bfloat16"),
              testing::HasSubstr("quiet and passes through arithmetic; the 6 bits below it are "
                                 "its payload, 1"));
  EXPECT_THAT(nan(0x7F81, "bfloat16"), testing::HasSubstr("signalling"));
  EXPECT_THAT(nan(0x80, "float8_e4m3fnuz"), testing::HasSubstr("would be negative zero"));
}

TEST(Explain, MeasuresTheErrorInUlps) {
  const auto error = [](std::string_view text, std::string_view id) {
    return stepText(explainValue(text, *findFormat(id), Rounding::NearestEven, Overflow::Format).value(), "Error");
  };
  EXPECT_EQ(error("-27.15625", "float8_e4m3fn"), "Stored - given = `-28` - (`-27.15625`) = `-0.84375`, 0.422 ulp.");
  EXPECT_THAT(error("1e-324", "float64"), testing::EndsWith(", 0.202 ulp."));
  EXPECT_EQ(error("-27.15625", "float16"), "") << "there is none";
}

class ExplainEveryFormat : public FormatLaws {};
INSTANTIATE_TEST_SUITE_P(Registry, ExplainEveryFormat, testing::ValuesIn(formatsThat([](const auto&) { return true; })),
                         FormatName());

/// Doubles over the format's range and beyond.
std::vector<std::string> randomTexts(int count) {
  std::mt19937_64 random(754);
  std::vector<std::string> texts{"0", "-0", "1", "-1", "0.5", "1e-320", "1e300", "-1e300", "inf", "-inf"};
  for (int i = 0; i < count; ++i) {
    std::uint64_t bits = (random() & 0x800FFFFFFFFFFFFF) | (1023 - 30 + random() % 50) << 52;
    if (i % 3 == 0) bits &= ~std::uint64_t{0} << 46;
    texts.push_back(shortest(std::bit_cast<double>(bits)));
  }
  return texts;
}

TEST_P(ExplainEveryFormat, EndsInTheCodeThatTheFormatEncodes) {
  for (const std::string& text : randomTexts(200))
    for (const Rounding rounding : kEveryRounding) {
      const auto explanation = explainValue(text, format(), rounding, Overflow::Format);
      ASSERT_TRUE(explanation.has_value());
      const Encoded outcome = format().encode(unrounded(*parseNumber(text)), rounding, Overflow::Format);
      EXPECT_EQ(explanation->outcome, outcome);
      EXPECT_FALSE(explanation->rule.empty());
      const std::string& last = explanation->steps.back().title;
      EXPECT_TRUE(last == "Code" || (last == "Error" && !outcome.exact)) << last;
      EXPECT_THAT(stepText(*explanation, "Code"), testing::HasSubstr("`" + codeText(format(), outcome.code) + "`"));
      for (const ExplanationStep& step : explanation->steps) {
        EXPECT_FALSE(step.text.empty());
        EXPECT_EQ(std::ranges::count(step.text, '`') % 2, 0) << step.text;
      }
    }
}

class ExplainEveryFloat : public FormatLaws {};
INSTANTIATE_TEST_SUITE_P(Registry, ExplainEveryFloat, testing::ValuesIn(formatsThat([](const auto& f) {
                           return isFloat(f) && f.floatSpec()->fractionBits > 0;  // the steps arrive at both fields
                         })),
                         FormatName());

TEST_P(ExplainEveryFloat, ArrivesAtTheFieldsOfTheCodeStepByStep) {
  const FloatSpec* spec = format().floatSpec();
  for (const std::string& text : randomTexts(500))
    for (const Rounding rounding : kEveryRounding) {
      const Explanation explanation = explainValue(text, format(), rounding, Overflow::Format).value();
      const std::string round = stepText(explanation, "Round");
      const bool isBelowSmallest = !stepText(explanation, "Neighbours").empty();  // and has no fields to arrive at
      if (explanation.outcome.overflowed || round.empty() || isBelowSmallest) continue;
      const std::uint64_t magnitude = magnitudeOf(*spec, explanation.code);
      const std::string fraction =
          lastQuoted(round.find('`') == std::string::npos ? stepText(explanation, "Fraction") : round);
      ASSERT_EQ(std::stoull(fraction, nullptr, 2), magnitude & lowMask(spec->fractionBits)) << text << '\n' << round;
      const bool carry = round.find("carry") != std::string::npos;
      const std::string exponentStep = stepText(explanation, "Exponent");
      const bool subnormal = exponentStep.find("subnormal") != std::string::npos;
      const std::uint64_t field = subnormal ? 0 : std::stoull(lastQuoted(exponentStep), nullptr, 2);
      ASSERT_EQ(field + (carry ? 1 : 0), magnitude >> spec->fractionBits) << text << '\n' << exponentStep;
    }
}

TEST_P(ExplainEveryFormat, DecodesEachCodeToItsExactValue) {
  std::mt19937_64 random(754);
  for (int i = 0; i < 300; ++i) {
    const std::uint64_t code = random() >> (64 - format().info().codeBits);
    const auto explanation = explainCode(code, format());
    ASSERT_TRUE(explanation.has_value());
    EXPECT_EQ(explanation->value, exactText(format(), code));
    EXPECT_FALSE(explanation->steps.empty());
    EXPECT_FALSE(explanation->rule.empty());
    const auto parsed = parseCode(codeText(format(), code), format());
    EXPECT_EQ(parsed, code);
  }
}

TEST(ExplainCode, MultipliesTheSignificandOut) {
  const Explanation explanation = explainCode(0xCECA, *findFormat("float16")).value();
  EXPECT_EQ(stepText(explanation, "Exponent"), "`10011` = 19; 19 - bias 15 = 4.");
  EXPECT_EQ(stepText(explanation, "Significand"),
            "`1.1011001010` = `1.697265625`, with the hidden 1 before the point.");
  EXPECT_EQ(stepText(explanation, "Value"), "`-1.697265625` × 2⁴ = `-27.15625`.");
}

TEST(ParseCode, ReadsTheBasesThatUsersWrite) {
  const NumberFormat& format = *findFormat("float16");
  EXPECT_EQ(parseCode("0xCECA", format), 0xCECAu);
  EXPECT_EQ(parseCode("0Xce_ca", format), 0xCECAu);
  EXPECT_EQ(parseCode("0b1 10011 1011001010", format), 0xCECAu);
  EXPECT_EQ(parseCode("52938", format), 0xCECAu);
  for (const char* text : {"", "0x", "0b2", "cafe", "-1", "0x1CECA", "65536", "99999999999999999999999", "1.5"}) {
    const auto code = parseCode(text, format);
    ASSERT_FALSE(code.has_value()) << text;
    EXPECT_EQ(code.error().code, Errc::Usage);
  }
  EXPECT_FALSE(explainCode(16, *findFormat("nf4")).has_value());
}

}  // namespace
}  // namespace ulpscope
