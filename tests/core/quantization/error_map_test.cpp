// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/error_map.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace ulpscope {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// 3 x 4, zero everywhere, so that the restored values are the errors.
const std::vector<float> kZeros(12);
const MatrixView kInput{{3, 4}, kZeros};

TEST(ErrorMap, KeepsEveryElementWhereThereIsRoom) {
  const std::vector<float> restored{1, -2, 3, -4, 5, -6, 7, -8, 9, -10, 11, -12};
  const HeatMap map = errorMap(kInput, restored, 4);
  EXPECT_EQ(map.rows, 3u);
  EXPECT_EQ(map.columns, 4u);
  EXPECT_EQ(map.cellRows, 1u);
  EXPECT_EQ(map.values, restored);
}

TEST(ErrorMap, PoolsToTheErrorOfLargestMagnitudeWithItsSign) {
  const std::vector<float> restored{1, -2, 3, -4, 5, -6, 7, -8, 9, -10, 11, -12};
  const HeatMap map = errorMap(kInput, restored, 2);
  EXPECT_EQ(map.rows, 2u);
  EXPECT_EQ(map.columns, 2u);
  EXPECT_EQ(map.cellRows, 2u);
  EXPECT_EQ(map.cellColumns, 2u);
  EXPECT_EQ(map.values, (std::vector<float>{-6, -8, -10, -12}));
}

TEST(ErrorMap, ShowsNanAsInfinity) {
  const std::vector<float> restored{kNan, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(errorMap(kInput, restored, 2).values.front(), kInfinity);
}

TEST(ErrorMap, IsEmptyForAnEmptyMatrix) { EXPECT_TRUE(errorMap({{0, 4}, {}}, {}, 8).values.empty()); }

TEST(LargestErrorIn, FindsTheFirstOfEqualErrorsInsideThePart) {
  const std::vector<float> restored{9, 2, 0, 0, 0, -2, 1, 0, 0, 2, 0, 0};
  EXPECT_EQ(largestErrorIn(kInput, restored, {.firstRow = 0, .firstColumn = 1, .rows = 3, .columns = 1}), 1u);
  EXPECT_EQ(largestErrorIn(kInput, restored, {.firstRow = 1, .firstColumn = 1, .rows = 2, .columns = 3}), 5u);
  EXPECT_EQ(largestErrorIn(kInput, restored, {.firstRow = 0, .firstColumn = 0, .rows = 3, .columns = 4}), 0u);
}

TEST(LargestErrorIn, PassesOverWhatIsNotFinite) {
  const std::vector<float> restored{kNan, 0, kInfinity, 0.5f, 0, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(largestErrorIn(kInput, restored, {.firstRow = 0, .firstColumn = 0, .rows = 3, .columns = 4}), 3u);
  EXPECT_EQ(largestErrorIn(kInput, restored, {.firstRow = 0, .firstColumn = 0, .rows = 1, .columns = 1}), std::nullopt);
}

}  // namespace
}  // namespace ulpscope
