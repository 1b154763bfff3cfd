// SPDX-License-Identifier: Apache-2.0
#include "core/formats/exact_decimal.h"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <random>

#include "core/formats/number_format.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

ExactDecimal decimalOf(std::string_view text) {
  const auto number = parseNumber(text);
  EXPECT_TRUE(number.has_value()) << text;
  return number ? number->decimal : ExactDecimal{};
}

std::uint64_t codeOf(std::string_view text, std::string_view id, Rounding rounding = Rounding::NearestEven) {
  const auto number = parseNumber(text);
  EXPECT_TRUE(number.has_value()) << text;
  return findFormat(id)->encode(unrounded(*number), rounding, Overflow::Format).code;
}

/// A plain decimal, as std::to_chars writes it, brought into the form of ExactDecimal by hand.
std::string fixedText(double value) {
  std::array<char, 1'500> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, 1'100).ptr;
  std::string text(buffer.data(), end);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string plainText(const ExactDecimal& value) {
  std::string digits = value.digits;
  if (value.exponent10 >= 0) {
    digits.append(static_cast<std::size_t>(value.exponent10), '0');
  } else {
    const auto places = static_cast<std::size_t>(-value.exponent10);
    if (digits.size() <= places) digits.insert(0, places - digits.size() + 1, '0');
    digits.insert(digits.size() - places, ".");
  }
  return (value.negative ? "-" : "") + digits;
}

TEST(ExactDecimal, HasTheDigitsThatToCharsGivesForDoubles) {
  std::mt19937_64 random(754);
  for (int i = 0; i < 5'000; ++i) {
    const double value = std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    ASSERT_EQ(plainText(exactDecimal(unrounded(value))), fixedText(value));
  }
  for (const double value : {0.1, -27.15625, 1e22, 0x1p-1074, std::numeric_limits<double>::max()})
    EXPECT_EQ(plainText(exactDecimal(unrounded(value))), fixedText(value));
}

TEST(ExactDecimal, IsCanonical) {
  EXPECT_EQ(decimalOf("-0012.500"), (ExactDecimal{true, "125", -1}));
  EXPECT_EQ(decimalOf("1200e3"), (ExactDecimal{false, "12", 5}));
  EXPECT_EQ(decimalOf("-0.000e7"), (ExactDecimal{true, "0", 0}));
  EXPECT_EQ(decimalOf(".5"), (ExactDecimal{false, "5", -1}));
  EXPECT_EQ(decimalOf("5."), (ExactDecimal{false, "5", 0}));
  EXPECT_EQ(decimalOf("-0x1.b28p+4"), (ExactDecimal{true, "2715625", -5}));
  EXPECT_EQ(decimalOf("0X1P-2"), (ExactDecimal{false, "25", -2}));
  EXPECT_EQ(decimalOf("0x.8"), (ExactDecimal{false, "5", -1}));
}

TEST(ExactDecimal, ReadsTheWordsInEitherCaseWithTheirSigns) {
  for (const char* text : {"inf", "+Inf", "INFINITY"}) EXPECT_EQ(parseNumber(text)->kind, Unrounded::Kind::Infinity);
  EXPECT_TRUE(parseNumber("-inf")->decimal.negative);
  EXPECT_EQ(parseNumber("NaN")->kind, Unrounded::Kind::Nan);
  EXPECT_TRUE(unrounded(*parseNumber("-nan")).negative);
  EXPECT_TRUE(unrounded(*parseNumber("-0")).negative);
  EXPECT_EQ(parseNumber("-0")->kind, Unrounded::Kind::Zero);
}

TEST(ExactDecimal, RefusesWhatIsNoNumber) {
  for (const char* text : {"", "-", "+", ".", "e5", "1e", "1e+", "1.2.3", "0x", "0xp3", "1 2", " 1", "1f", "--1",
                           "0x1p", "infin", "1,5", "1e5.5", "١"}) {
    const auto number = parseNumber(text);
    ASSERT_FALSE(number.has_value()) << text;
    EXPECT_EQ(number.error().code, Errc::Usage) << text;
  }
}

TEST(ExactDecimal, RefusesWhatIsBeyondItsLimits) {
  const auto refused = [](const std::string& text) {
    const auto number = parseNumber(text);
    return !number && number.error().code == Errc::LimitExceeded;
  };
  EXPECT_TRUE(refused("1e20001"));
  EXPECT_TRUE(refused("1e-99999999999999999999"));
  EXPECT_TRUE(refused("0x1p60001"));
  EXPECT_TRUE(refused(std::string(100'001, '7')));
  EXPECT_TRUE(refused("0x" + std::string(20'001, 'f')));
  EXPECT_FALSE(refused("1e20000"));
  EXPECT_FALSE(refused("-0.0e99999999999999999999"));
  EXPECT_FALSE(refused("0." + std::string(99'999, '7') + "e-20000"));
  EXPECT_FALSE(refused("0x" + std::string(20'000, 'f') + "p-60000"));
}

TEST(ExactDecimal, GoesStraightToTheTargetAndNotThroughDouble) {
  // 1 + 2^-8 is a tie in bfloat16; what follows is too small for double, which would send it to the even 0x3F80.
  EXPECT_EQ(codeOf("1.00390625", "bfloat16"), 0x3F80u);
  EXPECT_EQ(codeOf("1.00390625000000000000001", "bfloat16"), 0x3F81u);
  EXPECT_EQ(codeOf("1.00390624999999999999999", "bfloat16"), 0x3F80u);
  EXPECT_EQ(codeOf("1.00390625" + std::string(5'000, '0') + "1", "bfloat16"), 0x3F81u);
  EXPECT_EQ(codeOf("1.00390625" + std::string(5'000, '0') + "1", "bfloat16", Rounding::TowardNegative), 0x3F80u);
  EXPECT_EQ(codeOf("1.00390624" + std::string(5'000, '9'), "bfloat16", Rounding::NearestAway), 0x3F80u);
  EXPECT_EQ(codeOf("464.000000000000000000000000001", "float8_e4m3fn"), 0x7Fu);
  EXPECT_EQ(codeOf("2.4703282292062327208e-324", "float64"), 0u);  // just below half of the smallest subnormal
  EXPECT_EQ(codeOf("2.4703282292062327209e-324", "float64"), 1u);
}

TEST(ExactDecimal, SubtractsExactly) {
  const auto difference = [](std::string_view a, std::string_view b) {
    return toString(subtract(decimalOf(a), decimalOf(b)));
  };
  EXPECT_EQ(difference("-27.125", "-27.15625"), "0.03125");
  EXPECT_EQ(difference("1e30", "1"), "999999999999999999999999999999");
  EXPECT_EQ(difference("0.1", "0.1"), "0");
  EXPECT_EQ(difference("-1.5", "2.25"), "-3.75");
}

TEST(ExactDecimal, IsWrittenPlainlyWhileThatStaysReadable) {
  const auto text = [](std::string_view number) { return toString(decimalOf(number)); };
  EXPECT_EQ(text("0"), "0");
  EXPECT_EQ(text("-0"), "-0");
  EXPECT_EQ(text("-0x1p-15"), "-0.000030517578125");
  EXPECT_EQ(text("1e-6"), "0.000001");
  EXPECT_EQ(text("0x1p-24"), "5.9604644775390625e-08");
  EXPECT_EQ(text("4.9406564584124654e-324"), "4.9406564584124654e-324");
  EXPECT_EQ(text("0x1.fffffep127"), "340282346638528859811704183484516925440");
  EXPECT_EQ(text("1e40"), "1e+40");
  EXPECT_EQ(text("1250e-2"), "12.5");
}

}  // namespace
}  // namespace ulpscope
