// SPDX-License-Identifier: Apache-2.0
// Stochastic rounding: exactly proportional where the random bits suffice, and in its statistics where they are drawn.
#include <fmt/format.h>

#include <cmath>

#include "core/formats/number_format.h"
#include "core/formats/value_text.h"
#include "tests/core/formats/every_format.h"
#include "tests/core/formats/oracle_inputs.h"

namespace ulpscope {
namespace {

RoundingChoice stochastic(std::uint64_t seed, std::uint64_t index, int bits = 32) {
  return {Rounding::Stochastic, randomBits(seed, index, bits)};
}

/// Two neighbouring values of a format, the first nearer to zero.
struct Gap {
  const char* id;
  double inner, outer;

  const NumberFormat& format() const { return *findFormat(id); }
  double at(double share) const { return inner + share * (outer - inner); }  // exact for the shares used here
  bool roundsOut(double value, const RoundingChoice& rounding) const {
    const double found = toDouble(format().decode(format().encode(unrounded(value), rounding, Overflow::Format).code));
    EXPECT_TRUE(found == inner || found == outer) << value << " became " << found;
    return found == outer;
  }
};

constexpr Gap kGaps[] = {
    {"float32", 1.0, 1 + 0x1p-23},         {"float16", 1.0, 1 + 0x1p-10}, {"float16", 0x1p-24, 0x2p-24},  // subnormal
    {"bfloat16", -0x1.fep0, -2.0},        // up to the next binade
    {"bfloat16", 0.0, 0x1p-133},          // away from zero
    {"float8_e4m3fn", 0x1.cp-7, 0x1p-6},  // largest subnormal to smallest normal
    {"float8_e5m2", -0x1.4p15, -0x1.8p15}, {"float4_e2m1fn", 4.0, 6.0},
};

class StochasticRounding : public testing::TestWithParam<Gap> {};
INSTANTIATE_TEST_SUITE_P(Gaps, StochasticRounding, testing::ValuesIn(kGaps),
                         [](const auto& row) { return fmt::format("{}_{}", row.param.id, row.index); });

TEST_P(StochasticRounding, HasNoBiasWhereTheRandomBitsHoldTheDroppedFraction) {
  for (int bits = 1; bits <= 8; ++bits) {
    const int draws = 1 << bits;
    for (int share = 0; share < draws; ++share) {
      const double value = GetParam().at(std::ldexp(share, -bits));
      int outward = 0;
      for (int draw = 0; draw < draws; ++draw)
        outward += GetParam().roundsOut(value, {Rounding::Stochastic, {static_cast<std::uint64_t>(draw), bits}});
      ASSERT_EQ(outward, share) << share << " / 2^" << bits;
    }
  }
}

TEST_P(StochasticRounding, IsOffByHalfADrawAtMostWhereTheyDoNot) {
  SplitMix64 random(754);
  for (int bits = 1; bits <= 8; ++bits)
    for (int i = 0; i < 100; ++i) {
      const double share = std::ldexp(static_cast<double>(random() >> 44), -20);
      const double value = GetParam().at(share);
      int outward = 0;
      for (int draw = 0; draw < 1 << bits; ++draw)
        outward += GetParam().roundsOut(value, {Rounding::Stochastic, {static_cast<std::uint64_t>(draw), bits}});
      ASSERT_LE(std::abs(outward - std::ldexp(share, bits)), 0.5) << share << ' ' << bits;
    }
}

TEST_P(StochasticRounding, PassesAChiSquareTestAtSeveralSharesAndNumbersOfBits) {
  // Each case has one degree of freedom: 1 of 10,000 exceeds 15.14, and of the sums of all 25 as few exceed 60.1.
  constexpr int kDraws = 20'000;
  double sum = 0;
  std::uint64_t seed = 0;  // another for each case, lest they share their luck
  for (const int bits : {4, 8, 16, 24, 32})
    for (const double share : {0x1p-4, 0.1015625, 0.25, 0.5, 0.9375}) {
      const double value = GetParam().at(share);
      ++seed;
      int outward = 0;
      for (int i = 0; i < kDraws; ++i)
        outward += GetParam().roundsOut(value, stochastic(seed, static_cast<std::uint64_t>(i), bits));
      const double probability = std::ldexp(std::round(std::ldexp(share, bits)), -bits);
      const double expected = kDraws * probability;
      const double deviation = outward - expected;
      const double chiSquare = deviation * deviation / expected + deviation * deviation / (kDraws - expected);
      EXPECT_LT(chiSquare, 15.14) << share << " with " << bits << " bits: " << outward << " of " << kDraws;
      sum += chiSquare;
    }
  EXPECT_LT(sum, 60.1);
  EXPECT_GT(sum, 6.7);  // and 1 of 10,000 stays below this: draws more even than chance would be wrong as well
}

TEST(StochasticRoundingMean, IsUnbiasedToFourSigmaOverAMillionDraws) {
  constexpr int kDraws = 1'000'000;
  for (const char* id : {"float16", "bfloat16", "float8_e4m3fn", "float8_e5m2", "float4_e2m1fn"}) {
    const NumberFormat& format = *findFormat(id);
    const auto rounded = [&](double value, const RoundingChoice& rounding) {
      return toDouble(format.decode(format.encode(unrounded(value), rounding, Overflow::Format).code));
    };
    for (const double value : {0.1, -1.7, 3.14159}) {
      const double low = rounded(value, Rounding::TowardNegative), high = rounded(value, Rounding::TowardPositive);
      double sum = 0;
      for (int i = 0; i < kDraws; ++i) sum += rounded(value, stochastic(854, static_cast<std::uint64_t>(i))) - value;
      const double sigma = std::sqrt((value - low) * (high - value) / kDraws);
      EXPECT_LT(std::abs(sum / kDraws), 4 * sigma) << id << ' ' << value;
    }
  }
}

TEST(StochasticRoundingMean, IsUnbiasedToFourSigmaOverAMillionDifferentValues) {
  constexpr int kDraws = 1'000'000;
  for (const char* id : {"float16", "bfloat16", "float8_e4m3fn", "float6_e2m3fn"}) {
    const NumberFormat* format = findFormat(id);
    ASSERT_NE(format, nullptr) << id;
    const auto rounded = [&](double value, const RoundingChoice& rounding) {
      return toDouble(format->decode(format->encode(unrounded(value), rounding, Overflow::Format).code));
    };
    SplitMix64 random(1954);
    double sum = 0, variance = 0;
    for (int i = 0; i < kDraws; ++i) {
      const double value = std::ldexp(static_cast<double>(random() >> 11), -51) - 2;  // uniform in [-2, 2)
      const double low = rounded(value, Rounding::TowardNegative), high = rounded(value, Rounding::TowardPositive);
      sum += rounded(value, stochastic(754, static_cast<std::uint64_t>(i))) - value;
      variance += (value - low) * (high - value);
    }
    EXPECT_LT(std::abs(sum), 4 * std::sqrt(variance)) << id;
  }
}

TEST(StochasticRoundingSeed, GivesTheSameCodesAgainAndAnotherOneOthers) {
  const NumberFormat& format = *findFormat("bfloat16");
  const auto codes = [&](std::uint64_t seed) {
    std::vector<std::uint64_t> found;
    for (std::uint64_t i = 0; i < 1000; ++i)
      found.push_back(format.encode(unrounded(0.1), stochastic(seed, i), Overflow::Format).code);
    return found;
  };
  EXPECT_EQ(codes(1), codes(1));
  EXPECT_NE(codes(1), codes(2));
}

TEST(StochasticRoundingSeed, DrawsTheUpperBitsOfSplitMix64) {
  SplitMix64 random(754);
  for (std::uint64_t index = 0; index < 1000; ++index) {
    const std::uint64_t word = random();
    for (const int bits : {1, 8, 32}) ASSERT_EQ(randomBits(754, index, bits).value, word >> (64 - bits));
  }
}

}  // namespace
}  // namespace ulpscope
