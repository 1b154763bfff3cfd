// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/profile_agreement.h"

#include <gtest/gtest.h>

#include <cmath>

namespace ulpscope::kernels {
namespace {

/// Moments in long double from the values themselves, in two passes: an oracle that shares nothing with either backend.
struct ExactMoments {
  long double mean = 0, m2 = 0, m3 = 0, m4 = 0;

  explicit ExactMoments(std::span<const float> values) {
    std::size_t count = 0;
    for (const float x : values)
      if (std::isfinite(x)) {
        mean += x;
        ++count;
      }
    mean /= static_cast<long double>(count);
    for (const float x : values) {
      if (!std::isfinite(x)) continue;
      const long double d = x - mean;
      m2 += d * d;
      m3 += d * d * d;
      m4 += d * d * d * d;
    }
  }
};

}  // namespace

ProfileAccumulator profileOf(const Backend& backend, std::span<const float> values, float smallestNormal) {
  ProfileAccumulator profile;
  EXPECT_TRUE(backend.profile(values, smallestNormal, profile));
  return profile;
}

void expectSameCounts(const ProfileAccumulator& expected, const ProfileAccumulator& got) {
  EXPECT_EQ(expected.moments.count, got.moments.count);
  EXPECT_EQ(expected.kinds.nan, got.kinds.nan);
  EXPECT_EQ(expected.kinds.positiveInfinity, got.kinds.positiveInfinity);
  EXPECT_EQ(expected.kinds.negativeInfinity, got.kinds.negativeInfinity);
  EXPECT_EQ(expected.kinds.zero, got.kinds.zero);
  EXPECT_EQ(expected.kinds.subnormal, got.kinds.subnormal);
  EXPECT_EQ(expected.min, got.min);
  EXPECT_EQ(expected.max, got.max);
  EXPECT_EQ(expected.histogram.exponent, got.histogram.exponent);
  EXPECT_EQ(expected.histogram.counts, got.histogram.counts);
}

void expectWithinBound(const Moments& got, std::span<const float> values) {
  const ExactMoments exact(values);
  const long double n = static_cast<long double>(got.count);
  constexpr long double kBound = 0x1p-35L;
  const long double deviation = std::sqrt(exact.m2 / n);
  EXPECT_LE(std::fabs(got.mean - exact.mean), kBound * (deviation + std::fabs(exact.mean)));
  EXPECT_LE(std::fabs(got.m2 - exact.m2), kBound * exact.m2);
  EXPECT_LE(std::fabs(got.m3 - exact.m3), kBound * n * deviation * std::sqrt(exact.m4 / n));
  EXPECT_LE(std::fabs(got.m4 - exact.m4), kBound * exact.m4);
}

}  // namespace ulpscope::kernels
