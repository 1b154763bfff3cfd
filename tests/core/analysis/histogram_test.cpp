// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/histogram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/core/analysis/cubed_noise.h"

namespace ulpscope {
namespace {

using testing::ElementsAre;

Histogram count(std::span<const double> values, double lower, double upper, std::size_t bins) {
  LinearBins counter(lower, upper, bins);
  for (const double value : values) counter.add(value);
  return std::move(counter).take();
}

TEST(LinearBins, CountAsNumPyDoesAtEveryEdge) {
  // numpy.histogram(i / 10, bins=10, range=(0, 1)), NumPy 2.4.6: the edges of linspace are not the decimals.
  std::vector<double> tenths;
  for (int i = 0; i <= 10; ++i) tenths.push_back(i / 10.0);
  EXPECT_THAT(count(tenths, 0, 1, 10).counts, ElementsAre(1, 1, 2, 0, 1, 2, 1, 0, 1, 2));
}

TEST(LinearBins, CorrectTheGuessAsNumPyDoes) {
  // numpy.histogram(arange(3000) / 30, bins=100, range=(0.1, 99.9)): 30 everywhere but in these five bins.
  std::vector<double> values;
  for (int i = 0; i < 3000; ++i) values.push_back(i / 30.0);
  const Histogram histogram = count(values, 0.1, 99.9, 100);
  for (std::size_t i = 0; i < 100; ++i)
    EXPECT_EQ(histogram.counts[i], i == 16 || i == 33 || i == 50 || i == 66 || i == 83 ? 29u : 30u) << i;
  EXPECT_EQ(histogram.below, 3u);
  EXPECT_EQ(histogram.above, 2u);
}

TEST(LinearBins, AgreeWithNumPyOnManyValues) {
  const std::vector<float> floats = cubedNoise(200'000);
  const std::vector<double> values(floats.begin(), floats.end());
  const Histogram histogram = count(values, -0.05, 0.075, 12);
  EXPECT_THAT(histogram.counts,
              ElementsAre(5924, 6930, 9103, 13575, 71373, 22711, 11077, 8217, 6535, 5622, 4887, 4490));
  EXPECT_THAT(histogram.edges,
              ElementsAre(-0.05, -0.03958333333333334, -0.02916666666666667, -0.018750000000000003,
                          -0.008333333333333338, 0.002083333333333326, 0.012499999999999997, 0.022916666666666655,
                          0.033333333333333326, 0.04375, 0.054166666666666655, 0.06458333333333333, 0.075));
  EXPECT_EQ(histogram.below, 20565u);
  EXPECT_EQ(histogram.above, 8991u);
}

TEST(LinearBins, OfOneValueAreHalfAUnitWideOnBothSides) {
  const Histogram histogram = count(std::vector<double>{5, 5, 5}, 5, 5, 4);
  EXPECT_THAT(histogram.edges, ElementsAre(4.5, 4.75, 5, 5.25, 5.5));
  EXPECT_THAT(histogram.counts, ElementsAre(0, 0, 3, 0));
}

TEST(LinearBins, LeaveOutWhatIsNotFinite) {
  const double infinity = std::numeric_limits<double>::infinity();
  const Histogram histogram = count(std::vector<double>{0.5, std::nan(""), infinity, -infinity}, 0, 1, 1);
  EXPECT_THAT(histogram.counts, ElementsAre(1));
  EXPECT_EQ(histogram.below + histogram.above, 0u);
}

FoldedHistogram fold(std::span<const float> values) {
  float absMax = 0;
  for (const float x : values) absMax = std::max(absMax, std::fabs(x));
  FoldedHistogram folded;
  folded.exponent = FoldedHistogram::exponentFor(absMax);
  for (const float x : values) ++folded.counts[FoldedHistogram::binOf(x, folded.exponent)];
  return folded;
}

TEST(FoldedHistogram, HasTheSmallestExponentWhoseRangeHoldsTheMaximum) {
  EXPECT_EQ(FoldedHistogram::exponentFor(0), -126);
  EXPECT_EQ(FoldedHistogram::exponentFor(0x1p-149), -126);
  EXPECT_EQ(FoldedHistogram::exponentFor(std::nextafter(1.0f, 0.0f)), 0);
  EXPECT_EQ(FoldedHistogram::exponentFor(1), 1);
  EXPECT_EQ(FoldedHistogram::exponentFor(std::numeric_limits<float>::max()), 128);
}

TEST(FoldedHistogram, PutsEachValueBetweenItsEdges) {
  const std::vector<float> values = cubedNoise(5000);
  const int exponent = FoldedHistogram::exponentFor(0.1);
  FoldedHistogram folded;
  folded.exponent = exponent;
  for (const float x : values) {
    const std::size_t bin = FoldedHistogram::binOf(x, exponent);
    ASSERT_LE(folded.edge(bin), x);
    ASSERT_LT(x, folded.edge(bin + 1));
  }
  EXPECT_EQ(FoldedHistogram::binOf(-0x1p-149, 128), 1023u) << "a scaled value that underflows stays below zero";
  EXPECT_EQ(FoldedHistogram::binOf(-5e-324, 128), 1023u);
  EXPECT_EQ(FoldedHistogram::binOf(0x1p-149, 128), 1024u);
}

TEST(FoldedHistogram, RaisedCountsAsIfItHadBeenWideFromTheStart) {
  const std::vector<float> values = cubedNoise(5000);
  FoldedHistogram raised = fold(values);
  for (const int exponent : {-2, 0, 7, 60, 128}) {
    raised.raise(exponent);
    FoldedHistogram wide;
    wide.exponent = exponent;
    for (const float x : values) ++wide.counts[FoldedHistogram::binOf(x, exponent)];
    EXPECT_EQ(raised.counts, wide.counts) << exponent;
  }
}

TEST(FoldedHistogram, MergesInAnyOrderToTheSameResult) {
  std::vector<std::vector<float>> parts = {{1e-30f, -1e-31f}, cubedNoise(500), {}, {1e30f, -3, 0}, {-0.0f, 5}};
  std::vector<float> all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  const FoldedHistogram whole = fold(all);
  std::vector<std::size_t> order = {0, 1, 2, 3, 4};
  do {
    FoldedHistogram merged;
    for (const std::size_t i : order) merged.merge(fold(parts[i]));
    ASSERT_EQ(merged.exponent, whole.exponent);
    ASSERT_EQ(merged.counts, whole.counts);
  } while (std::next_permutation(order.begin(), order.end()));
}

}  // namespace
}  // namespace ulpscope
