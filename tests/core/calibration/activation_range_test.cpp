// SPDX-License-Identifier: Apache-2.0
// Oracle: the observers of torch, ModelOpt's calibrators, quanto's average and numpy's percentiles
// (tests/golden/calibration/make_ranges.py) on real inputs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/calibration/activation_range.h"
#include "core/calibration/range_search.h"
#include "core/calibration/synthetic_calibration.h"
#include "tests/core/formats/golden_file.h"
#include "tests/source_path.h"

namespace ulpscope {
namespace {

LayerCalibration recorded() {
  LayerCalibration layer;
  layer.columns = 160;
  const GoldenArray array = readGoldenArray("inputs.npy", "calibration");
  layer.inputs.resize(array.size());
  std::memcpy(layer.inputs.data(), array.bytes.data(), array.bytes.size());
  return layer;
}

const ActivationRange& rangeOf(const std::vector<ActivationRange>& ranges, std::string_view id) {
  static const ActivationRange none{};
  const auto found = std::ranges::find(ranges, id, &ActivationRange::id);
  EXPECT_NE(found, ranges.end()) << id;
  return found == ranges.end() ? none : *found;
}

TEST(ActivationRanges, AreThoseOfTheReferences) {
  std::ifstream file(sourcePath("tests/golden/calibration/ranges.json"));
  const auto golden = nlohmann::json::parse(file);
  for (const auto& expected : golden["cases"]) {
    const auto ranges =
        activationRanges(recorded(), {.bits = expected["bits"], .vectorsPerBatch = expected["vectorsPerBatch"]}, {});
    ASSERT_TRUE(ranges) << ranges.error().message;
    for (const auto& [id, bounds] : expected["ranges"].items()) {
      SCOPED_TRACE(id + " at bits " + expected["bits"].dump());
      const ActivationRange& range = rangeOf(*ranges, id);
      EXPECT_NEAR(range.low, bounds[0].get<double>(), 1e-6 * std::fabs(bounds[0].get<double>()));
      EXPECT_NEAR(range.high, bounds[1].get<double>(), 1e-6 * std::fabs(bounds[1].get<double>()));
      EXPECT_NEAR(range.signalToNoiseDb, expected["signalToNoiseDb"][id].get<double>(), 1e-3);
    }
    const auto dynamic = dynamicRanges(recorded(), expected["bits"], {});
    ASSERT_TRUE(dynamic) << dynamic.error().message;
    ASSERT_EQ(dynamic->size(), expected["dynamic"].size());
    for (const DynamicRange& range : *dynamic) {
      SCOPED_TRACE(range.id);
      const auto numbers = expected["dynamic"][range.id].get<std::vector<double>>();
      EXPECT_FLOAT_EQ(static_cast<float>(range.least), static_cast<float>(numbers[0]));
      EXPECT_FLOAT_EQ(static_cast<float>(range.median), static_cast<float>(numbers[1]));
      EXPECT_FLOAT_EQ(static_cast<float>(range.largest), static_cast<float>(numbers[2]));
      EXPECT_NEAR(range.signalToNoiseDb, numbers[3], 1e-3);
    }
  }
}

TEST(ActivationRanges, SayWhatShareOfTheValuesTheyClip) {
  const LayerCalibration layer = recorded();
  const auto ranges = activationRanges(layer, {}, {});
  ASSERT_TRUE(ranges);
  EXPECT_EQ(rangeOf(*ranges, "min_max").clipped, 0);
  EXPECT_NEAR(rangeOf(*ranges, "percentile_99.9").clipped, 1e-3, 1.0 / static_cast<double>(layer.inputs.size()));
  EXPECT_NEAR(rangeOf(*ranges, "percentile_99.99").clipped, 1e-4, 1.0 / static_cast<double>(layer.inputs.size()));
  for (const ActivationRange& range : *ranges) {
    EXPECT_LT(range.low, range.high) << range.id;
    EXPECT_FALSE(range.title.empty() || range.definition.empty()) << range.id;
  }
}

TEST(ActivationRanges, LeaveOutOutliersWhereErrorCounts) {
  LayerCalibration layer = syntheticCalibration(64, 3);
  layer.inputs[5] = 4000;
  const auto ranges = activationRanges(layer, {.bits = 4}, {});
  ASSERT_TRUE(ranges);
  EXPECT_EQ(rangeOf(*ranges, "min_max").high, 4000);
  EXPECT_LT(rangeOf(*ranges, "percentile_99.99").high, 400);
  EXPECT_LT(rangeOf(*ranges, "mean_squared_error").high, 4000);
}

TEST(ActivationRanges, HoldForConstantsAndNeedInputs) {
  LayerCalibration layer;
  layer.columns = 2;
  EXPECT_EQ(activationRanges(layer, {}, {}).error().code, Errc::Unsupported);
  for (const float value : {0.0f, 1.5f, -2.0f}) {
    layer.inputs.assign(8, value);
    const auto ranges = activationRanges(layer, {}, {});
    ASSERT_TRUE(ranges);
    for (const ActivationRange& range : *ranges) {
      EXPECT_TRUE(std::isfinite(range.low) && std::isfinite(range.high)) << range.id;
      EXPECT_LE(range.low, range.high) << range.id;
    }
    EXPECT_EQ(rangeOf(*ranges, "min_max").low, value);
  }
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(activationRanges(layer, {}, {.stop = stop.get_token()}).error().code, Errc::Cancelled);
}

}  // namespace
}  // namespace ulpscope
