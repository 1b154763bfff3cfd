// SPDX-License-Identifier: Apache-2.0
// Requantization in integers against the same in 128 bits and in double.
#include "core/formats/fixed_point.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>

namespace ulpscope {
namespace {

constexpr std::int32_t kMin = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t kMax = std::numeric_limits<std::int32_t>::max();

TEST(FixedPoint, TakesTheHighHalfOfADoubledProductRounded) {
  EXPECT_EQ(saturatingRoundingDoublingHighMul(kMin, kMin), kMax);
  EXPECT_EQ(saturatingRoundingDoublingHighMul(kMin, kMax), -kMax);
  EXPECT_EQ(saturatingRoundingDoublingHighMul(1 << 30, 1), 1) << "a tie goes up";
  EXPECT_EQ(saturatingRoundingDoublingHighMul(-(1 << 30), 1), 0) << "below zero, too";
  EXPECT_EQ(saturatingRoundingDoublingHighMul(-(1 << 30) - 1, 1), -1);
  std::mt19937 generator(3);
  for (int i = 0; i < 100'000; ++i) {
    const auto a = static_cast<std::int32_t>(generator());
    const auto b = static_cast<std::int32_t>(generator());
    const std::int64_t product = std::int64_t{a} * b;  // exact; ties are settled above
    const std::int64_t floor = product >> 31;
    const std::int64_t rest = product - floor * (std::int64_t{1} << 31);
    ASSERT_EQ(saturatingRoundingDoublingHighMul(a, b), floor + (rest >= std::int64_t{1} << 30 ? 1 : 0))
        << a << ' ' << b;
  }
}

TEST(FixedPoint, DividesByPowersOfTwoWithTiesAwayFromZero) {
  for (const int exponent : {0, 1, 2, 7, 30, 31})
    for (std::int64_t x : {-5LL, -4LL, -3LL, -2LL, -1LL, 0LL, 1LL, 2LL, 3LL, 6LL, 64LL, 192LL, -64LL, -192LL, 1LL << 30,
                           -(1LL << 30), (1LL << 31) - 1, -(1LL << 31)})
      EXPECT_EQ(roundingDivideByPot(static_cast<std::int32_t>(x), exponent),
                std::llround(std::ldexp(static_cast<double>(x), -exponent)))
          << x << ' ' << exponent;
}

TEST(FixedPoint, FindsTheMultiplierOfARealNumber) {
  EXPECT_EQ(fixedPointMultiplier(0), (FixedPointMultiplier{0, 0}));
  EXPECT_EQ(fixedPointMultiplier(0.5), (FixedPointMultiplier{1 << 30, 0}));
  EXPECT_EQ(fixedPointMultiplier(1), (FixedPointMultiplier{1 << 30, 1}));
  EXPECT_EQ(fixedPointMultiplier(0.75), (FixedPointMultiplier{3 << 29, 0}));
  EXPECT_EQ(fixedPointMultiplier(std::nextafter(1.0, 0.0)), (FixedPointMultiplier{1 << 30, 1})) << "2^31 is halved";
  EXPECT_EQ(fixedPointMultiplier(0x1p-33), (FixedPointMultiplier{0, 0}));
  EXPECT_EQ(fixedPointMultiplier(0x1p40), (FixedPointMultiplier{kMax, 30}));
  // gemmlowp's example: scales of 0.0078 and 0.0078 into 0.0157.
  const FixedPointMultiplier found = fixedPointMultiplier(double{0.00386F});
  EXPECT_NEAR(std::ldexp(found.multiplier, found.shift - 31), double{0.00386F}, 0x1p-40);
}

TEST(FixedPoint, MultipliesWithinOneOfTheRealProduct) {
  std::mt19937 generator(4);
  std::uniform_real_distribution<double> real(0.0001, 0.9999);
  std::uniform_int_distribution<std::int32_t> sum(-2'000'000, 2'000'000);
  int inexact = 0;
  for (int i = 0; i < 100'000; ++i) {
    const double factor = real(generator);
    const std::int32_t x = sum(generator);
    const std::int32_t found = multiplyByFixedPoint(x, fixedPointMultiplier(factor));
    const double product = x * factor;
    ASSERT_LE(std::fabs(found - product), 0.5 + 1e-3 + std::fabs(product) * 0x1p-30 + 0.5) << x << " * " << factor;
    inexact += found != std::llround(product) ? 1 : 0;
  }
  EXPECT_LT(inexact, 100'000 / 4) << "rounding in two steps is off where the first makes a tie";
  EXPECT_EQ(multiplyByFixedPoint(3, fixedPointMultiplier(2)), 6);
}

}  // namespace
}  // namespace ulpscope
