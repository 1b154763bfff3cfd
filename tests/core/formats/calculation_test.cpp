// SPDX-License-Identifier: Apache-2.0
// What is told of a calculation: operands, exact result, error, steps.
#include <gmock/gmock.h>

#include <algorithm>
#include <random>

#include "core/formats/arithmetic.h"
#include "core/formats/value_text.h"
#include "tests/core/formats/every_format.h"

namespace ulpscope {
namespace {

using testing::HasSubstr;

Calculation calculated(Operation operation, std::vector<std::string> operands, std::string_view id,
                       Rounding rounding = Rounding::NearestEven, Overflow overflow = Overflow::Format) {
  auto calculation = calculate(operation, operands, *findFormat(id), rounding, overflow);
  EXPECT_TRUE(calculation.has_value());
  return std::move(calculation).value();
}

std::string stepText(const Calculation& calculation, std::string_view title) {
  for (const CalculationStep& step : calculation.steps)
    if (step.title == title) return step.text;
  return {};
}

std::string boardOf(const Calculation& calculation) {
  for (const CalculationStep& step : calculation.steps)
    if (!step.board.empty()) return step.board;
  return {};
}

TEST(Calculation, ShowsHow2048Absorbs1InBinary16) {
  const Calculation sum = calculated(Operation::Add, {"2048", "1"}, "float16");
  EXPECT_EQ(sum.exact, "2049");
  EXPECT_EQ(sum.value, "2048");
  EXPECT_EQ(sum.outcome.code, 0x6800u);
  EXPECT_EQ(sum.errorUlp, -0.5);
  EXPECT_EQ(boardOf(sum),
            "  1.0000000000|0  × 2¹¹  2048\n"
            "+ 0.0000000000|1  × 2¹¹  1\n"
            "  --------------\n"
            "  1.0000000000|1  × 2¹¹  2049\n"
            "               G\n");
  EXPECT_EQ(stepText(sum, "Absorption"),
            "From `2048` to the next value it is `2`; `1` is exactly half of that, so it is lost and the result is "
            "`2048` again.");
  EXPECT_THAT(sum.rule, HasSubstr("ties to even"));
}

TEST(Calculation, ShowsWhatIsLeftWhenLeadingBitsCancel) {
  const Calculation difference = calculated(Operation::Subtract, {"1.0009765625", "1"}, "float16");
  EXPECT_EQ(difference.value, "0.0009765625");
  EXPECT_EQ(difference.errorUlp, 0.0);
  EXPECT_EQ(boardOf(difference),
            "  1.0000000001  × 2⁰  1.0009765625\n"
            "- 1.0000000000  × 2⁰  1\n"
            "  ------------\n"
            "  0.0000000001  × 2⁰  0.0009765625\n");
  EXPECT_THAT(stepText(difference, "Cancellation"),
              HasSubstr("10 leading bits cancel. The difference is exact, but of 11 bits of information 1 is left"));
}

TEST(Calculation, RoundsOperandsThatAreNoValuesFirstAndSaysSo) {
  const Calculation sum = calculated(Operation::Add, {"0.1", "0.2"}, "float64");
  EXPECT_FALSE(sum.operands[0].outcome.exact);
  EXPECT_THAT(sum.steps[0].text, HasSubstr("`0.1` is no value of FP64 and becomes `0.1000000000000000055"));
  EXPECT_EQ(sum.exact, "0.3000000000000000166533453693773481063544750213623046875");
  EXPECT_EQ(sum.outcome.code, 0x3FD3333333333334u);
  EXPECT_EQ(sum.errorUlp, 0.5);
  EXPECT_THAT(boardOf(sum), HasSubstr(" 10.01100110"));  // the carry, one column to the left
}

TEST(Calculation, WritesResultsWithoutEndAsFractionAndRootAndFirstDigits) {
  const Calculation third = calculated(Operation::Divide, {"1", "3"}, "bfloat16");
  EXPECT_EQ(third.exactSymbol, "1/3");
  EXPECT_EQ(third.exact, "0.3333333333333333333333333333333333333333…");
  EXPECT_EQ(third.outcome.code, 0x3EABu);
  EXPECT_DOUBLE_EQ(third.errorUlp.value(), 1.0 / 3);  // (171/512 - 1/3) / 2^-9
  const Calculation root = calculated(Operation::SquareRoot, {"2"}, "float8_e4m3fn");
  EXPECT_EQ(root.exactSymbol, "√2");
  EXPECT_EQ(root.exact, "1.414213562373095048801688724209698078569…");
  EXPECT_EQ(root.value, "1.375");
  EXPECT_EQ(calculated(Operation::Divide, {"3", "5"}, "int8").exact, "0.6");
  EXPECT_EQ(calculated(Operation::Divide, {"1", "80"}, "float32").exactSymbol, "");
  EXPECT_EQ(calculated(Operation::Divide, {"-2", "3e12"}, "float64").exact,
            "-6.666666666666666666666666666666666666666…e-13");
}

TEST(Calculation, KeepsTheWholeProductInAnFma) {
  const Calculation fused = calculated(Operation::FusedMultiplyAdd, {"0.1", "10", "-1"}, "float64");
  EXPECT_EQ(fused.value, "5.5511151231257827021181583404541015625e-17");
  EXPECT_THAT(stepText(fused, "Cancellation"), HasSubstr("only because it was kept whole"));
  const Calculation product = calculated(Operation::Multiply, {"0.1", "10"}, "float64");
  EXPECT_EQ(product.value, "1");  // and 1 - 1 is 0
}

TEST(Calculation, FollowsIeee754WhereThereIsNoNumber) {
  const auto value = [](auto... arguments) { return calculated(arguments...).value; };
  using Texts = std::vector<std::string>;
  EXPECT_EQ(value(Operation::Subtract, Texts{"inf", "inf"}, "float16"), "nan");
  EXPECT_EQ(value(Operation::Multiply, Texts{"0", "-inf"}, "float16"), "nan");
  EXPECT_EQ(value(Operation::Divide, Texts{"0", "0"}, "float16"), "nan");
  EXPECT_EQ(value(Operation::Divide, Texts{"-1", "0"}, "float16"), "-inf");
  EXPECT_EQ(value(Operation::Divide, Texts{"1", "0"}, "float8_e4m3fn"), "nan");
  EXPECT_EQ(value(Operation::SquareRoot, Texts{"-1"}, "float16"), "nan");
  EXPECT_EQ(value(Operation::SquareRoot, Texts{"-0"}, "float16"), "-0");
  EXPECT_EQ(value(Operation::Subtract, Texts{"1", "1"}, "float16"), "0");
  EXPECT_EQ(value(Operation::Subtract, Texts{"1", "1"}, "float16", Rounding::TowardNegative), "-0");
  EXPECT_EQ(calculated(Operation::Subtract, {"inf", "inf"}, "float16").rule,
            "Infinity minus infinity has no value: NaN.");
  EXPECT_EQ(calculated(Operation::Add, {"inf", "1"}, "float16").errorUlp, std::nullopt);
}

TEST(Calculation, RefusesInOneSentenceWhatTheFormatCannotSay) {
  const auto error = [](Operation operation, std::vector<std::string> operands, std::string_view id) {
    return calculate(operation, operands, *findFormat(id), Rounding::NearestEven, Overflow::Format).error();
  };
  EXPECT_EQ(error(Operation::Divide, {"1", "0"}, "int8"),
            (Error{Errc::Usage, "a finite result expected, infinity found, for which int8 has no code", "1 / 0", {}}));
  EXPECT_EQ(error(Operation::SquareRoot, {"-1"}, "nf4"),
            (Error{Errc::Usage, "a number as result expected, NaN found, which nf4 cannot hold", "sqrt -1", {}}));
  EXPECT_EQ(error(Operation::Add, {"nan", "1"}, "int8").code, Errc::Usage);
  EXPECT_EQ(error(Operation::Add, {"one", "1"}, "int8").code, Errc::Usage);
  EXPECT_EQ(error(Operation::Add, {"1"}, "int8").message, "2 operands expected, 1 found");
}

TEST(Calculation, TakesCodesWhereTextsWouldBeTooLong) {
  const Calculation sum = calculated(Operation::Add, {"code:0x3C01", "code:0x8001"}, "float16");
  EXPECT_EQ(sum.operands[0].value, "1.0009765625");
  EXPECT_EQ(sum.value, "1.0009765625");
  EXPECT_FALSE(stepText(sum, "Absorption").empty());
}

TEST(Calculation, SaysWhereOverflowWent) {
  EXPECT_EQ(calculated(Operation::Add, {"65504", "65504"}, "float16").rule,
            "`131008` is outside the values of FP16, which end at `65504`; by the overflow rule `format` the result is "
            "`inf`.");
  EXPECT_EQ(calculated(Operation::Multiply, {"-100", "2"}, "int8").value, "-128");
  EXPECT_THAT(calculated(Operation::Subtract, {"4", "4"}, "float8_e8m0fnu").rule,
              testing::StartsWith("Zero is outside the values of E8M0"));
  EXPECT_EQ(calculated(Operation::Multiply, {"-100", "2"}, "int8").errorUlp, 72.0);
}

TEST(Calculation, ChoosesBetweenNeighboursInCodeBooks) {
  const Calculation product = calculated(Operation::Multiply, {"code:12", "code:12"}, "nf4");
  EXPECT_THAT(stepText(product, "Neighbours"), HasSubstr("lies between `0.1609302` (`0x9`) and `0.2461123` (`0xA`)"));
  EXPECT_EQ(product.rule, "The nearer one is `0.1609302`.");
  EXPECT_TRUE(boardOf(product).empty());
}

class CalculationInEveryFormat : public FormatLaws {};
INSTANTIATE_TEST_SUITE_P(Registry, CalculationInEveryFormat,
                         testing::ValuesIn(formatsThat([](const auto&) { return true; })), FormatName());

TEST_P(CalculationInEveryFormat, TellsEachCalculationToItsCode) {
  std::mt19937_64 random(754);
  const auto operand = [&] { return "code:" + codeText(format(), random() >> (64 - format().info().codeBits)); };
  for (int i = 0; i < 600; ++i) {
    const auto operation = static_cast<Operation>(i % 6);
    std::vector<std::string> operands;
    for (int j = 0; j < operandCount(operation); ++j) operands.push_back(operand());
    const Rounding rounding = kEveryRounding[static_cast<std::size_t>(i / 6) % std::size(kEveryRounding)];
    const auto calculation = calculate(operation, operands, format(), rounding, Overflow::Format);
    if (!calculation) continue;
    EXPECT_FALSE(calculation->rule.empty());
    ASSERT_EQ(calculation->steps.back().title, "Code");
    EXPECT_THAT(calculation->steps.back().text, HasSubstr("`" + codeText(format(), calculation->outcome.code) + "`"));
    for (const CalculationStep& step : calculation->steps) {
      EXPECT_FALSE(step.text.empty());
      EXPECT_EQ(std::ranges::count(step.text, '`') % 2, 0) << step.text;
    }
    const bool isNearest = rounding == Rounding::NearestEven || rounding == Rounding::NearestAway;
    // Without subnormals, values below the smallest one are farther from zero than from one another.
    const bool isEvenGrid = isFloat(format()) && format().floatSpec()->bottom == Bottom::Subnormal;
    if (isEvenGrid && calculation->errorUlp && !calculation->outcome.overflowed) {
      EXPECT_LE(std::abs(*calculation->errorUlp), isNearest ? 0.5 : 1.0) << calculation->exact;
    }
  }
}

/// The bits that the rounding step ends in, between the last two backticks, without the point.
std::string lastBits(const std::string& text) {
  const std::size_t end = text.rfind('`'), begin = text.rfind('`', end - 1);
  std::string bits = text.substr(begin + 1, end - begin - 1);
  std::erase(bits, '.');
  return bits;
}

TEST_P(CalculationInEveryFormat, EndsItsRoundingInTheBitsOfTheResult) {
  std::mt19937_64 random(8);
  const auto operand = [&] { return "code:" + codeText(format(), random() >> (64 - format().info().codeBits)); };
  int checked = 0;
  for (int i = 0; i < 1'000; ++i) {
    const auto operation = static_cast<Operation>(i % 4);
    const auto rounding = kEveryRounding[static_cast<std::size_t>(i / 4) % std::size(kEveryRounding)];
    const std::vector<std::string> operands{operand(), operand()};
    const auto calculation = calculate(operation, operands, format(), rounding, Overflow::Format);
    if (!calculation) continue;
    const std::string round = stepText(*calculation, "Round");
    if (round.find('`') == std::string::npos) continue;
    const Unrounded stored = format().decode(calculation->outcome.code);
    const std::string bits = lastBits(round);
    ASSERT_EQ(bits.find('1') == std::string::npos, stored.kind == Unrounded::Kind::Zero);
    if (stored.kind != Unrounded::Kind::Finite) continue;
    std::uint64_t value = std::stoull(bits, nullptr, 2);
    ASSERT_EQ(value << std::countl_zero(value), stored.significand) << round;
    ++checked;
  }
  if (isFloat(format())) {
    EXPECT_GT(checked, 30);
  }
}

}  // namespace
}  // namespace ulpscope
