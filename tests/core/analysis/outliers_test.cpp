// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/outliers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/analysis/tensor_profile.h"

namespace ulpscope {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Outliers, LieMoreThanTheGivenDeviationsAboveTheMedian) {
  // Median 3.5, distances 2.5 1.5 .5 .5 1.5 96.5: their median 1.5, scaled 2.2239, threshold 3.5 + 6 * 2.2239.
  const std::vector<float> maxima = {1, 2, 3, 4, 5, 100};
  const Outliers outliers = findOutliers(maxima);
  EXPECT_EQ(outliers.median, 3.5);
  EXPECT_DOUBLE_EQ(outliers.mad, 1.5 * 1.4826);
  EXPECT_DOUBLE_EQ(outliers.threshold, 3.5 + 6 * 1.5 * 1.4826);
  EXPECT_THAT(outliers.indices, ElementsAre(5));
  EXPECT_THAT(findOutliers(maxima, 0.5).indices, ElementsAre(4, 5));
}

TEST(Outliers, AreNotFoundInEqualLinesNorBelowTheMedian) {
  EXPECT_THAT(findOutliers(std::vector<float>{2, 2, 2}).indices, IsEmpty());
  EXPECT_THAT(findOutliers(std::vector<float>{0, 50, 51, 52, 53}).indices, IsEmpty());
  EXPECT_THAT(findOutliers({}).indices, IsEmpty());
}

TEST(Outliers, AlwaysIncludeInfiniteMaximaAndDoNotLetThemMoveTheMedian) {
  const float infinity = std::numeric_limits<float>::infinity();
  const Outliers outliers = findOutliers(std::vector<float>{1, infinity, 3, infinity});
  EXPECT_EQ(outliers.median, 2);
  EXPECT_THAT(outliers.indices, ElementsAre(1, 3));
  EXPECT_THAT(findOutliers(std::vector<float>{infinity}).indices, ElementsAre(0));
}

TEST(Outliers, AreNotCalledWhereMaximaLeaveTheRangeOfFloats) {
  const float infinity = std::numeric_limits<float>::infinity();
  TensorProfile profile;
  profile.columnAbsMax = {infinity, infinity, infinity, 1};
  profile.rowAbsMax = {infinity, 1, 1, 1};
  profile.statistics.absMax = 1e100;
  for (const Outliers& outliers : {columnOutliers(profile), rowOutliers(profile)}) {
    EXPECT_THAT(outliers.indices, IsEmpty());
    EXPECT_TRUE(std::isnan(outliers.median));
    EXPECT_TRUE(std::isnan(outliers.mad));
    EXPECT_EQ(outliers.threshold, infinity);
  }
  profile.statistics.absMax = 1;  // the infinities are the tensor's own
  EXPECT_THAT(columnOutliers(profile).indices, ElementsAre(0, 1, 2));
  EXPECT_THAT(rowOutliers(profile).indices, ElementsAre(0));
}

}  // namespace
}  // namespace ulpscope
