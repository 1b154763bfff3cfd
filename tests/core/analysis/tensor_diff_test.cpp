// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/tensor_diff.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "core/analysis/tensor_profile.h"
#include "core/backend/backend.h"

namespace ulpscope {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

TensorComparison comparisonOf(const std::vector<float>& a, const std::vector<float>& b) {
  const TensorSource first = tensorFromFloats("a", {a.size()}, a), second = tensorFromFloats("b", {b.size()}, b);
  const auto backend = makeReferenceBackend();
  return compareTensors(first, profileTensor(first, *backend, {}).value(), second,
                        profileTensor(second, *backend, {}).value(), {})
      .value();
}

std::uint64_t sum(const Histogram& histogram) {
  return std::accumulate(histogram.counts.begin(), histogram.counts.end(), std::uint64_t{0});
}

TEST(TensorDiff, MeasuresTheSecondAgainstTheFirst) {
  const auto comparison = comparisonOf({1, -2, 0.5, 4}, {1, -2, 0.75, 4});
  EXPECT_EQ(comparison.diff.state, DiffState::Changed);
  EXPECT_EQ(comparison.diff.different, 1u);
  EXPECT_EQ(comparison.diff.firstDifferent, 2u);
  EXPECT_EQ(comparison.diff.metrics->meanError, 0.25 / 4);
}

TEST(TensorDiff, CountsBothInTheSameBinsAndTheirDifferencesAroundZero) {
  const auto comparison = comparisonOf({1, -2, 0.5, 4}, {1, -3, 0.75, 4});
  EXPECT_EQ(comparison.first.edges, comparison.second.edges);
  EXPECT_EQ(comparison.first.edges.front(), -3);
  EXPECT_EQ(comparison.first.edges.back(), 4);
  EXPECT_EQ(sum(comparison.first), 4u);
  EXPECT_EQ(sum(comparison.second), 4u);
  EXPECT_EQ(comparison.differences.edges.front(), -1);
  EXPECT_EQ(comparison.differences.edges.back(), 1);
  EXPECT_EQ(sum(comparison.differences), 4u);
  EXPECT_EQ(comparison.differences.counts.front(), 1u);  // -3 - -2
}

TEST(TensorDiff, LeavesOutWhatIsNotFinite) {
  const auto comparison = comparisonOf({1, NAN, kInfinity, 2}, {2, NAN, 5, -kInfinity});
  EXPECT_EQ(comparison.diff.different, 3u);
  EXPECT_EQ(comparison.diff.metrics->included, 1u);
  EXPECT_EQ(sum(comparison.differences), 1u);
}

TEST(TensorDiff, HasNoDifferencesToShowOfTheSame) {
  const auto comparison = comparisonOf({1, NAN}, {1, NAN});
  EXPECT_EQ(comparison.diff.state, DiffState::Identical);
  EXPECT_TRUE(comparison.differences.counts.empty());
  EXPECT_EQ(sum(comparison.second), 1u);
}

TEST(TensorDiff, ComparesOnlyDistributionsWhereShapesDiffer) {
  const auto comparison = comparisonOf({1, 2, 3}, {4});
  EXPECT_EQ(comparison.diff.state, DiffState::Shape);
  EXPECT_FALSE(comparison.diff.metrics);
  EXPECT_EQ(sum(comparison.first), 3u);
  EXPECT_EQ(sum(comparison.second), 1u);
}

TEST(TensorDiff, CopesWithTensorsWithoutAFiniteValue) {
  EXPECT_TRUE(comparisonOf({NAN}, {NAN}).first.counts.empty());
  EXPECT_TRUE(comparisonOf({}, {}).first.counts.empty());
  EXPECT_EQ(sum(comparisonOf({NAN}, {3}).second), 1u);
}

}  // namespace
}  // namespace ulpscope
