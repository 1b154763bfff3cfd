// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/statistics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "core/backend/backend.h"
#include "tests/core/analysis/cubed_noise.h"

namespace ulpscope {
namespace {

/// Two passes in quadruple precision: at 113 bits its own rounding is far below a double's.
Moments naiveMoments(std::span<const float> values) {
  __extension__ using Quad = __float128;
  Quad sum = 0;
  for (const float x : values) sum += x;
  const Quad mean = sum / static_cast<Quad>(values.size());
  Quad m2 = 0, m3 = 0, m4 = 0;
  for (const float x : values) {
    const Quad d = x - mean;
    m2 += d * d;
    m3 += d * d * d;
    m4 += d * d * d * d;
  }
  return {values.size(), static_cast<double>(mean), static_cast<double>(m2), static_cast<double>(m3),
          static_cast<double>(m4)};
}

Moments fromPowerSums(std::span<const float> values) {
  const double shift = ProfileAccumulator::chunkShift(values);
  double s1 = 0, s2 = 0, s3 = 0, s4 = 0;
  for (const float x : values) {
    const double d = x - shift;
    s1 += d;
    s2 += d * d;
    s3 += d * d * d;
    s4 += d * d * d * d;
  }
  return Moments::fromShiftedSums(values.size(), shift, s1, s2, s3, s4);
}

void expectClose(const Moments& actual, const Moments& expected, double tolerance) {
  EXPECT_EQ(actual.count, expected.count);
  const double n = static_cast<double>(expected.count);
  const double deviation = std::sqrt(expected.m2 / n);
  EXPECT_NEAR(actual.mean, expected.mean, tolerance * (deviation + std::fabs(expected.mean)));
  EXPECT_NEAR(actual.m2, expected.m2, tolerance * expected.m2);
  EXPECT_NEAR(actual.m3, expected.m3, tolerance * n * deviation * deviation * deviation);
  EXPECT_NEAR(actual.m4, expected.m4, tolerance * expected.m4);
}

TEST(Moments, OfShiftedPowerSumsAgreeWithQuadruplePrecision) {
  expectClose(fromPowerSums(cubedNoise(65'536)), naiveMoments(cubedNoise(65'536)), 1e-13);
}

TEST(Moments, SurviveAMeanFarAboveTheSpread) {
  std::vector<float> values = cubedNoise(20'000);
  for (float& value : values) value += 4096;
  expectClose(fromPowerSums(values), naiveMoments(values), 1e-12);
}

TEST(Moments, SurviveAFirstValueThatIsTheOnlyOutlier) {
  std::vector<float> values = cubedNoise(65'536);
  values.front() = 1000;
  expectClose(fromPowerSums(values), naiveMoments(values), 1e-10);
}

TEST(Moments, AreShiftedByAValueThatIsNotTheOnlyOutlier) {
  const float nan = std::nanf("");
  EXPECT_EQ(ProfileAccumulator::chunkShift(std::vector<float>{900, 1, 2, 3}), 3);
  EXPECT_EQ(ProfileAccumulator::chunkShift(std::vector<float>{1, 2, -900}), 1);
  EXPECT_EQ(ProfileAccumulator::chunkShift(std::vector<float>{5}), 5);
  EXPECT_EQ(ProfileAccumulator::chunkShift(std::vector<float>{nan, 7, 7}), 7);
  EXPECT_EQ(ProfileAccumulator::chunkShift(std::vector<float>{nan, nan, nan}), 0);
}

TEST(Moments, MergedInAnyGroupingAgreeWithTheWhole) {
  const std::vector<float> values = cubedNoise(10'007);
  const std::span<const float> all = values;
  const Moments whole = naiveMoments(all);
  for (const std::size_t size : {1u, 2u, 7u, 1000u, 9999u}) {
    Moments merged;
    for (std::size_t begin = 0; begin < all.size(); begin += size)
      merged.merge(fromPowerSums(all.subspan(begin, std::min(size, all.size() - begin))));
    expectClose(merged, whole, 1e-11);
  }
}

TEST(Moments, MergedWithNothingStayAsTheyAre) {
  const Moments some = fromPowerSums(cubedNoise(10));
  Moments left = some;
  left.merge({});
  Moments right;
  right.merge(some);
  EXPECT_EQ(left.m4, some.m4);
  EXPECT_EQ(right.m4, some.m4);
  EXPECT_EQ(right.count, 10u);
}

TEST(Moments, OfEqualValuesAreExactlyZero) {
  const std::vector<float> values(1000, 0.1f);
  Moments merged = fromPowerSums(values);
  merged.merge(fromPowerSums(values));
  EXPECT_EQ(merged.mean, 0.1f);
  EXPECT_EQ(merged.m2, 0);
  EXPECT_EQ(merged.m4, 0);
}

TEST(Moments, OfSumsThatOverflowedAreNotZero) {
  const double infinity = std::numeric_limits<double>::infinity();
  const Moments moments = Moments::fromShiftedSums(2, 0, infinity, infinity, infinity, infinity);
  EXPECT_TRUE(std::isnan(moments.m2));
  EXPECT_TRUE(std::isnan(moments.m4));
}

TEST(Statistics, AgreeWithNumPyInDouble) {
  // NumPy 2.4.6 and math.fsum over the same 200,000 values as float64.
  const std::vector<float> values = cubedNoise(200'000);
  const Statistics s =
      makeStatistics(values.size(), {}, fromPowerSums(values), -0.09999938309192657, 0.09999310225248337);
  EXPECT_NEAR(s.mean, 1.6172922403713405e-05, 1e-16);
  EXPECT_NEAR(s.standardDeviation, 0.03769486300123331, 1e-15);
  EXPECT_NEAR(s.kurtosis, 0.7863708572309207, 1e-12);
  EXPECT_EQ(s.absMax, 0.09999938309192657);
}

TEST(Statistics, WithoutFiniteValuesAreNotNumbers) {
  const Statistics s = makeStatistics(
      3, ValueCounts{.nan = 3, .positiveInfinity = 0, .negativeInfinity = 0, .zero = 0, .subnormal = 0}, {}, 0, 0);
  EXPECT_EQ(s.count, 3u);
  EXPECT_EQ(s.finite, 0u);
  for (const double value : {s.min, s.max, s.absMax, s.mean, s.standardDeviation, s.kurtosis})
    EXPECT_TRUE(std::isnan(value));
}

TEST(Statistics, HaveNoKurtosisWhereAllValuesAreEqual) {
  const std::vector<float> values(5, 2.0f);
  const Statistics s = makeStatistics(5, {}, fromPowerSums(values), 2, 2);
  EXPECT_EQ(s.mean, 2);
  EXPECT_EQ(s.standardDeviation, 0);
  EXPECT_TRUE(std::isnan(s.kurtosis));
}

}  // namespace
}  // namespace ulpscope
