// SPDX-License-Identifier: Apache-2.0
#include "core/calibration/calibration_coverage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/calibration/synthetic_calibration.h"

namespace ulpscope {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> gapsOf(const LayerCalibration& layer) {
  std::vector<std::string> sentences;
  for (const CoverageGap& gap : coverageGaps(layer)) sentences.push_back(gap.sentence);
  return sentences;
}

TEST(CalibrationCoverage, CountsColumnsAndInputs) {
  LayerCalibration layer;
  layer.columns = 3;
  layer.secondMoments = {1, 0, 2};
  layer.samples = 40;
  EXPECT_THAT(gapsOf(layer), ElementsAre("1 of 3 columns had no input other than zero"));
  layer.secondMoments = {1, 1, 2};
  EXPECT_THAT(gapsOf(layer), IsEmpty());
  layer.samples = 31;
  EXPECT_THAT(gapsOf(layer), ElementsAre("31 inputs for 3 columns: too few to say much of a column"));
  layer.samples = 0;
  EXPECT_THAT(gapsOf(layer), IsEmpty()) << "nobody counted them";
}

TEST(CalibrationCoverage, AsksForAsManyInputsAsColumnsWhereAHessianIsMade) {
  LayerCalibration layer;
  layer.columns = 40;
  layer.samples = 39;
  layer.secondMoments.assign(40, 1.0f);
  EXPECT_THAT(gapsOf(layer), IsEmpty()) << "of second moments";
  layer.hessian.assign(40 * 40, 1.0);
  EXPECT_THAT(gapsOf(layer), ElementsAre("39 inputs for 40 columns: the Hessian is singular"));
  layer.samples = 40;
  EXPECT_THAT(gapsOf(layer), IsEmpty());
}

TEST(CalibrationCoverage, KnowsLayersThatNothingReached) {
  LayerCalibration layer;
  layer.columns = 2;
  layer.hessian.assign(4, 0.0);
  EXPECT_THAT(gapsOf(layer), ElementsAre("no input reached this layer"));
  layer.hessian[3] = 1;
  EXPECT_EQ(layer.reached(), std::nullopt);
  layer.isUnreached = true;
  EXPECT_EQ(layer.reached(), 0u);
  EXPECT_THAT(gapsOf(syntheticCalibration(512, 1)), IsEmpty()) << "drawn: as many as there are";
}

}  // namespace
}  // namespace ulpscope
