// SPDX-License-Identifier: Apache-2.0
// What a device measures beside what is modelled; the device is a model itself (modelled_device.h), so that what must
// come out is known: nothing differs where it multiplies as its own model does, and as much as two models differ where
// it does not.
#include "core/matmul/measured_drift.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/matmul/drift_curve.h"
#include "tests/core/matmul/modelled_device.h"

namespace ulpscope {
namespace {

using test::backendWithDevice;
using test::ModelledDevice;
using testing::ElementsAre;

std::vector<EngineChoice> engines(const std::vector<std::string>& ids) {
  std::vector<EngineChoice> choices;
  for (const std::string& id : ids) choices.push_back(*parseEngine(id));
  return choices;
}

/// "cublas@tfloat32 as h100-wgmma@tfloat32, beside 1".
std::vector<std::string> choicesOf(const std::vector<std::string>& ids, int major, int minor,
                                   const KOrder& order = {}) {
  ProductDevice device = *backendWithDevice({})->productDevice();
  device.major = major;
  device.minor = minor;
  std::vector<std::string> found;
  for (const MeasuredChoice& one : measuredChoices(engines(ids), order, device))
    found.push_back(idOf(one.product) + " as " + one.model.id() + ", beside " + std::to_string(one.beside));
  return found;
}

TEST(MeasuredChoices, StandBesideTheModelOfTheDevice) {
  EXPECT_THAT(
      choicesOf({"a100@tfloat32", "fma@float32", "h100@tfloat32"}, 9, 0),
      ElementsAre("cublas@float32 as fma@float32, beside 1", "cublas@tfloat32 as h100-wgmma@tfloat32, beside 2"));
  EXPECT_THAT(choicesOf({"a100@tfloat32", "fma@tfloat32"}, 9, 0),
              ElementsAre("cublas@tfloat32 as h100-wgmma@tfloat32, beside 0"))
      << "of a format whose model was not chosen, beside the first";
  EXPECT_THAT(choicesOf({"h100@float8_e4m3fn", "h100@float8_e4m3fn/promote:128"}, 9, 0),
              ElementsAre("cublas@float8_e4m3fn as h100-wgmma@float8_e4m3fn, beside 0",
                          "cublas@float8_e4m3fn/promoted as h100-wgmma@float8_e4m3fn/promote:128, beside 1"));
  EXPECT_THAT(choicesOf({"llm-int8", "int8"}, 7, 5), ElementsAre("cublas@int8 as int8@int8, beside 1"));
  EXPECT_THAT(choicesOf({"ada@float8_e4m3fn"}, 8, 9, {KOrder::Kind::Promote, 64}),
              ElementsAre("cublas@float8_e4m3fn/promoted as ada@float8_e4m3fn, beside 0"));
}

TEST(MeasuredChoices, LeaveOutWhatTheDeviceHasNoCounterpartOf) {
  EXPECT_THAT(choicesOf({"float64", "3xtf32", "bf16x9", "exact@float64", "h100@float16/float16", "b200@mxfp8_e4m3",
                         "h100@float8_e5m2", "llm-int8", "gemmlowp", "ozaki"},
                        9, 0),
              ElementsAre());
  EXPECT_THAT(choicesOf({"v100@float16", "a100@tfloat32", "fma@float32"}, 7, 0),
              ElementsAre("cublas@float16 as v100@float16, beside 0", "cublas@float32 as fma@float32, beside 2"))
      << "a V100 has no TF32";
  EXPECT_THAT(choicesOf({"v100@float16", "fma@float32"}, 11, 0), ElementsAre("cublas@float32 as fma@float32, beside 1"))
      << "no model of 11.0";
}

TEST(MeasuredChoices, KnowTheEngineOfEachGeneration) {
  const auto idOfModel = [](int major, int minor) {
    const MatrixEngine* const engine = modelOfCapability(major, minor);
    return engine ? std::string(engine->id) : "none";
  };
  EXPECT_EQ(idOfModel(7, 0), "v100");
  EXPECT_EQ(idOfModel(7, 5), "t4");
  EXPECT_EQ(idOfModel(8, 0), "a100");
  EXPECT_EQ(idOfModel(8, 6), "a2");
  EXPECT_EQ(idOfModel(8, 9), "ada");
  EXPECT_EQ(idOfModel(9, 0), "h100-wgmma");
  EXPECT_EQ(idOfModel(10, 0), "b200-tcgen05");
  EXPECT_EQ(idOfModel(12, 0), "b200-tcgen05");
  EXPECT_EQ(idOfModel(6, 1), "none");
  EXPECT_EQ(idOfModel(7, 2), "none");
}

const DenseMatrix kA = randomMatrix(7, 300, Distribution::Uniform, 1);
const DenseMatrix kB = randomMatrix(5, 300, Distribution::Uniform, 2);

Drift driftOn(const ModelledDevice& device, const std::vector<std::string>& ids, const KOrder& order = {}) {
  DriftSettings settings{.engines = engines(ids), .order = order, .measures = true};
  auto drift = measureDrift(settings, kA, kB, *backendWithDevice(device), {});
  EXPECT_TRUE(drift);
  return *std::move(drift);
}

TEST(MeasuredDrift, FindsNoDifferenceToADeviceThatIsItsModel) {
  const Drift drift = driftOn({}, {"fma@float32", "a100@tfloat32", "h100@tfloat32", "h100@float16", "h100@bfloat16",
                                   "h100@float8_e4m3fn", "int8"});
  EXPECT_FALSE(drift.notMeasured);
  ASSERT_EQ(drift.measured.size(), 6U);
  for (const MeasuredSeries& one : drift.measured) {
    SCOPED_TRACE(idOf(one.choice.product));
    EXPECT_EQ(one.difference, (ProductDifference{35, 0, 0}));
    EXPECT_EQ(one.product.c, drift.series[one.choice.beside].product.c);
    EXPECT_EQ(one.error.relativeFrobenius, drift.series[one.choice.beside].error.relativeFrobenius);
    EXPECT_EQ(one.product.inputs.elements, 12U * 300U);
  }
}

TEST(MeasuredDrift, CountsTheElementsThatDiffer) {
  // A device that splits K where the model does not: as many elements as the two models have different.
  const ModelledDevice splitting{.order = {KOrder::Kind::Split, 4}};
  const Drift drift = driftOn(splitting, {"h100@tfloat32", "h100@tfloat32/split:4"});
  ASSERT_EQ(drift.measured.size(), 2U);
  std::uint64_t differing = 0;
  double maxUlp = 0;
  for (std::size_t i = 0; i < 35; ++i) {
    const double x = drift.series[1].product.c.values[i], y = drift.series[0].product.c.values[i];
    differing += x != y;
    maxUlp = std::max(maxUlp, std::abs(x - y) / 0x1p-17);  // of sums in [64, 128)
  }
  EXPECT_GT(differing, 10U);
  EXPECT_EQ(drift.measured[0].difference, (ProductDifference{35, differing, maxUlp}));
  EXPECT_EQ(drift.measured[1].difference.differing, 0U) << "its own order";
}

TEST(MeasuredDrift, ComparesWithTheModelOfTheDeviceThoughItWasNotChosen) {
  const Drift drift = driftOn({}, {"a100@tfloat32"});
  ASSERT_EQ(drift.measured.size(), 1U);
  EXPECT_EQ(drift.measured[0].choice.model.id(), "h100-wgmma@tfloat32");
  EXPECT_EQ(drift.measured[0].difference.differing, 0U);
  EXPECT_NE(drift.measured[0].product.c, drift.series[0].product.c);
}

TEST(MeasuredDrift, KeepsWhatIsModelledWhenTheDeviceFails) {
  const Error lost{Errc::Device, "the device is lost", "cuda", std::nullopt};
  const Drift drift = driftOn({.failure = lost}, {"h100@float16", "fma@float32"});
  EXPECT_EQ(drift.series.size(), 2U);
  EXPECT_TRUE(drift.measured.empty());
  EXPECT_EQ(drift.notMeasured, lost);

  DriftSettings settings{.engines = engines({"fma@float32"}), .measures = true};
  const auto without = measureDrift(settings, kA, kB, *makeReferenceBackend(), {});
  ASSERT_TRUE(without);
  ASSERT_TRUE(without->notMeasured);
  EXPECT_EQ(without->notMeasured->code, Errc::Unsupported);

  const Error stopped{Errc::Cancelled, "stopped", "", std::nullopt};
  settings.measures = true;
  const auto cancelled = measureDrift(settings, kA, kB, *backendWithDevice({.failure = stopped}), {});
  ASSERT_FALSE(cancelled);
  EXPECT_EQ(cancelled.error().code, Errc::Cancelled);
}

TEST(MeasuredDrift, HasAPointForEachK) {
  const DriftSettings settings{.engines = engines({"h100@float16", "a100@tfloat32"}), .measures = true};
  const auto curve = measureDriftCurve(settings, kA, kB, *backendWithDevice({}), {});
  ASSERT_TRUE(curve);
  for (const DriftPoint& point : curve->points) {
    ASSERT_EQ(point.measured.size(), 2U);
    EXPECT_EQ(point.measured[0].error.relativeFrobenius, point.engines[0].error.relativeFrobenius);
    EXPECT_EQ(point.measured[1].difference.differing, 0U);
  }
}

TEST(CompareProducts, TakesNanForNanAndZeroForZero) {
  const double nan = std::nan(""), inf = std::numeric_limits<double>::infinity();
  const DenseMatrix measured{1, 6, {nan, 0.0, 1.0, nan, inf, 1.0 + 0x1p-22}};
  const DenseMatrix model{1, 6, {-nan, -0.0, 1.0, 1.0, 3.0, 1.0}};
  EXPECT_EQ(compareProducts(measured, model), (ProductDifference{6, 3, 2.0}));
}

}  // namespace
}  // namespace ulpscope
