// SPDX-License-Identifier: Apache-2.0
// The codec against the processor's own float and double, and decimal texts against glibc's strtod and strtof.
#include <fmt/format.h>

#include <bit>
#include <cfenv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>

#include "core/formats/codec.h"
#include "core/formats/exact_decimal.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

std::uint64_t bitsOf(double value) { return std::bit_cast<std::uint64_t>(value); }
std::uint32_t bitsOf(float value) { return std::bit_cast<std::uint32_t>(value); }

/// Doubles around the borders of float, and a million random bit patterns of which half have an exponent near float's.
template <class Check>
void forManyDoubles(const Check& check) {
  for (const double base : {0.0, 0x1p-149, 0x1p-150, 0x1p-126, 0x1.fffffep127, 0x1.ffffffp127, 0x1p128, 1.0, 0x1p-1074,
                            0x1p-1022, std::numeric_limits<double>::max(), std::numeric_limits<double>::infinity()})
    for (const double sign : {1.0, -1.0})
      for (const double value : {base, std::nextafter(base, 0.0), std::nextafter(base, HUGE_VAL)}) check(sign * value);
  std::mt19937_64 random(754);
  for (int i = 0; i < 1'000'000; ++i) {
    std::uint64_t bits = random();
    if (i % 2 == 0) bits = (bits & 0x800FFFFFFFFFFFFF) | (1023 - 155 + random() % 290) << 52;
    if (i % 8 == 0) bits &= ~std::uint64_t{0x0FFFFFFF};  // a tie in float, or exact
    check(std::bit_cast<double>(bits));
  }
}

TEST(Hardware, RoundsDoubleToFloatAsTheCodecDoes) {
  forManyDoubles([](double value) {
    if (std::isnan(value)) return;
    const auto code = encodeFloat(kFloat32Spec, unrounded(value), Rounding::NearestEven, Overflow::Format).code;
    ASSERT_EQ(code, bitsOf(static_cast<float>(value))) << value;
  });
}

TEST(Hardware, RoundsInItsDirectedModesAsTheCodecDoes) {
  constexpr std::pair<int, Rounding> kModes[] = {{FE_TOWARDZERO, Rounding::TowardZero},
                                                 {FE_UPWARD, Rounding::TowardPositive},
                                                 {FE_DOWNWARD, Rounding::TowardNegative}};
  for (const auto& row : kModes)
    forManyDoubles([mode = row.first, rounding = row.second](double value) {
      if (std::isnan(value)) return;
      volatile double input = value;
      std::fesetround(mode);
      volatile float converted = static_cast<float>(input);
      std::fesetround(FE_TONEAREST);
      const float expected = converted;
      const auto code = encodeFloat(kFloat32Spec, unrounded(value), rounding, Overflow::Format).code;
      ASSERT_EQ(code, bitsOf(expected)) << value << ' ' << idOf(rounding);
    });
}

TEST(Hardware, HoldsTheSameDoublesAndFloatsAsTheCodec) {
  forManyDoubles([](double value) {
    if (std::isnan(value)) return;
    ASSERT_EQ(bitsOf(toDouble(unrounded(value))), bitsOf(value));
    const float narrow = static_cast<float>(value);
    ASSERT_EQ(bitsOf(toDouble(unrounded(narrow))), bitsOf(static_cast<double>(narrow)));
    ASSERT_EQ(bitsOf(decodeToFloat(kFloat32Spec, bitsOf(narrow))), bitsOf(narrow));
    ASSERT_EQ(bitsOf(roundFloat(kFloat32Spec, narrow, Rounding::NearestEven, Overflow::Format)), bitsOf(narrow));
  });
}

TEST(Hardware, NarrowsFloatsLikeTheWidePathOfTheCodec) {
  constexpr FloatSpec kSpecs[] = {
      {.exponentBits = 8, .fractionBits = 7, .bias = 127},
      {.exponentBits = 5, .fractionBits = 10, .bias = 15},
      {.exponentBits = 4, .fractionBits = 3, .bias = 7, .specials = Specials::NanOnly},
      {.exponentBits = 2, .fractionBits = 1, .bias = 1, .specials = Specials::None},
  };
  std::mt19937 random(754);
  for (int i = 0; i < 250'000; ++i) {
    const float value = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    const auto rounding = static_cast<Rounding>(random() % 6);
    const auto overflow = static_cast<Overflow>(random() % 4);
    for (const FloatSpec& spec : kSpecs) {
      const Encoded encoded = encodeFloat(spec, value, rounding, overflow);
      ASSERT_EQ(encoded, encodeFloat(spec, unrounded(value), rounding, overflow)) << value;
      if (encoded.lostNan) continue;
      ASSERT_EQ(bitsOf(roundFloat(spec, value, rounding, overflow)),
                bitsOf(static_cast<float>(toDouble(decodeFloat(spec, encoded.code)))));
    }
  }
}

TEST(Hardware, ReadsRandomDecimalTextsAsStrtodAndStrtofDo) {
  std::mt19937_64 random(2008);
  for (int i = 0; i < 100'000; ++i) {
    std::string text = random() % 2 == 0 ? "-" : "";
    const std::size_t digits = 1 + random() % 40;
    for (std::size_t d = 0; d < digits; ++d) {
      if (d == digits / 3) text += '.';
      text += static_cast<char>('0' + random() % 10);
    }
    const int range = i % 2 == 0 ? 340 : 48;
    text += fmt::format("e{}", static_cast<int>(random() % static_cast<unsigned>(2 * range)) - range);
    const auto number = parseNumber(text);
    ASSERT_TRUE(number.has_value()) << text;
    const auto code = [&](const FloatSpec& spec) {
      return encodeFloat(spec, unrounded(*number), Rounding::NearestEven, Overflow::Format).code;
    };
    ASSERT_EQ(code(kFloat64Spec), bitsOf(std::strtod(text.c_str(), nullptr))) << text;
    ASSERT_EQ(code(kFloat32Spec), bitsOf(std::strtof(text.c_str(), nullptr))) << text;
  }
}

}  // namespace
}  // namespace ulpscope
