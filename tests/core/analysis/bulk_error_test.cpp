// SPDX-License-Identifier: Apache-2.0
// Oracle: sorting.
#include "core/analysis/bulk_error.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "core/backend/backend.h"

namespace ulpscope {
namespace {

TEST(BulkErrorTest, LeavesOutTheLargestThousandth) {
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  for (const std::size_t count : {1u, 2u, 999u, 1000u, 1001u, 20000u}) {
    SCOPED_TRACE(count);
    std::vector<float> x(count), y(count), magnitudes;
    for (std::size_t i = 0; i < count; ++i) {
      x[i] = normal(random) * (random() % 500 == 0 ? 40.0f : 1.0f);
      y[i] = x[i] + 0.01f * normal(random);
      magnitudes.push_back(std::fabs(x[i]));
    }
    std::ranges::sort(magnitudes);
    const auto rank = static_cast<std::size_t>(std::ceil(0.999 * static_cast<double>(count)));
    const float threshold = magnitudes[rank - 1];
    double sum = 0;
    std::uint64_t elements = 0;
    for (std::size_t i = 0; i < count; ++i)
      if (std::fabs(x[i]) <= threshold) {
        sum += std::pow(static_cast<double>(y[i]) - static_cast<double>(x[i]), 2);
        ++elements;
      }
    const BulkError bulk = measureBulkError(x, y, *makeReferenceBackend());
    EXPECT_EQ(bulk.threshold, threshold);
    EXPECT_EQ(bulk.elements, elements);
    EXPECT_DOUBLE_EQ(bulk.rootMeanSquaredError, std::sqrt(sum / static_cast<double>(elements)));
  }
}

TEST(BulkErrorTest, TakesAllOfEqualMagnitude) {
  const std::vector<float> x{2, -2, 2, -2}, y{1, -1, 1, -1};
  const BulkError bulk = measureBulkError(x, y, *makeReferenceBackend());
  EXPECT_EQ(bulk.threshold, 2);
  EXPECT_EQ(bulk.elements, 4u);
  EXPECT_EQ(bulk.rootMeanSquaredError, 1);
}

TEST(BulkErrorTest, LeavesOutPairsThatAreNotFinite) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float inf = std::numeric_limits<float>::infinity();
  const BulkError bulk =
      measureBulkError(std::vector<float>{1, nan, 3, inf}, std::vector<float>{2, 1, inf, inf}, *makeReferenceBackend());
  EXPECT_EQ(bulk.elements, 1u);
  EXPECT_EQ(bulk.rootMeanSquaredError, 1);
  EXPECT_TRUE(std::isnan(measureBulkError({}, {}, *makeReferenceBackend()).rootMeanSquaredError));
}

}  // namespace
}  // namespace ulpscope
