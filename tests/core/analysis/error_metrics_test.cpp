// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/error_metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "core/analysis/order_statistics.h"
#include "core/backend/backend.h"
#include "core/formats/codec.h"
#include "tests/core/analysis/cubed_noise.h"

namespace ulpscope {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

TEST(ErrorMetrics, AgreeWithNumPyOnARoundingToBinary16) {
  const FloatSpec binary16{.exponentBits = 5, .fractionBits = 10, .bias = 15};
  const std::vector<float> x = cubedNoise(200'000);
  std::vector<float> y;
  for (const float value : x) y.push_back(roundFloat(binary16, value, Rounding::NearestEven, Overflow::Format));
  const ErrorMetrics metrics = measureError(x, y);
  // NumPy 2.4.6: y = x.astype(float16), everything else in float64.
  EXPECT_EQ(metrics.included, 200'000u);
  EXPECT_EQ(metrics.excluded, 0u);
  EXPECT_NEAR(metrics.meanSquaredError, 6.15317778182961e-11, 1e-23);
  EXPECT_NEAR(metrics.rootMeanSquaredError, std::sqrt(6.15317778182961e-11), 1e-18);
  EXPECT_NEAR(metrics.relativeRmse, 0.00020809781604635793, 1e-16);
  EXPECT_NEAR(metrics.signalToNoiseDb, 73.6346495523261, 1e-11);
  EXPECT_EQ(metrics.maxAbsoluteError, 3.0517578125e-05);
  EXPECT_EQ(metrics.maxAt, 16317u);
  EXPECT_NEAR(metrics.meanError, -1.3502092262445024e-08, 1e-20);
  EXPECT_NEAR(metrics.cosine, 0.9999999783477146, 1e-13);
  EXPECT_DOUBLE_EQ(metrics.p50, 1.4510005712509155e-06);
  EXPECT_DOUBLE_EQ(metrics.p95, 1.9878149032592773e-05);
  EXPECT_DOUBLE_EQ(metrics.p999, 3.0294060707092285e-05);
}

TEST(ErrorMetrics, LeaveOutAndCountPairsThatAreNotFinite) {
  const std::vector<float> x = {1, kNan, 2, kInfinity, 3};
  const std::vector<float> y = {1, 1, -kInfinity, kInfinity, 2};
  const ErrorMetrics metrics = measureError(x, y);
  EXPECT_EQ(metrics.included, 2u);
  EXPECT_EQ(metrics.excluded, 3u);
  EXPECT_EQ(metrics.meanSquaredError, 0.5);
  EXPECT_EQ(metrics.meanError, -0.5);
  EXPECT_EQ(metrics.maxAt, 4u);
  EXPECT_DOUBLE_EQ(metrics.relativeRmse, std::sqrt(1.0 / 10));
}

TEST(ErrorMetrics, WithoutErrorHaveInfiniteSignalToNoise) {
  const std::vector<float> x = {1, 2};
  const ErrorMetrics metrics = measureError(x, x);
  EXPECT_EQ(metrics.signalToNoiseDb, std::numeric_limits<double>::infinity());
  EXPECT_EQ(metrics.maxAbsoluteError, 0);
  EXPECT_EQ(metrics.maxAt, 0u);
  EXPECT_EQ(metrics.p999, 0);
}

TEST(ErrorMetrics, OfZerosHaveNoRatios) {
  const std::vector<float> zeros = {0, 0};
  const std::vector<float> ones = {1, 1};
  const ErrorMetrics metrics = measureError(zeros, ones);
  EXPECT_TRUE(std::isnan(metrics.relativeRmse));
  EXPECT_TRUE(std::isnan(metrics.cosine));
  EXPECT_EQ(metrics.signalToNoiseDb, -std::numeric_limits<double>::infinity());
}

TEST(ErrorMetrics, OfNothingAreNotNumbers) {
  const ErrorMetrics empty = measureError(std::span<const float>{}, {});
  EXPECT_EQ(empty.included, 0u);
  EXPECT_TRUE(std::isnan(empty.meanSquaredError));
  const std::vector<float> nan = {kNan};
  const ErrorMetrics excluded = measureError(nan, nan);
  EXPECT_EQ(excluded.excluded, 1u);
  EXPECT_EQ(excluded.maxAt, 0u);
  for (const double number :
       {excluded.meanSquaredError, excluded.rootMeanSquaredError, excluded.relativeRmse, excluded.signalToNoiseDb,
        excluded.maxAbsoluteError, excluded.meanError, excluded.cosine, excluded.p50, excluded.p95, excluded.p999})
    EXPECT_TRUE(std::isnan(number));
}

TEST(ErrorMetrics, OfDoublesSeeWhatFloatsCannot) {
  const std::vector<double> x = {1, 1};
  const std::vector<double> y = {1 + 0x1p-40, 1};
  EXPECT_EQ(measureError(x, y).maxAbsoluteError, 0x1p-40);
}

TEST(Quantile, InterpolatesAsNumPyDoes) {
  // numpy.quantile([3, 1, 4, 1, 5, 9, 2, 6, 5, 3], share)
  const std::vector<std::pair<double, double>> expected = {{0, 1},     {0.1, 1},       {0.25, 2.25}, {0.5, 3.5},
                                                           {0.9, 6.3}, {0.999, 8.973}, {1, 9}};
  for (const auto& [share, value] : expected) {
    std::vector<double> values = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3};
    EXPECT_DOUBLE_EQ(quantile(values, share), value) << share;
  }
  EXPECT_TRUE(std::isnan(quantile({}, 0.5)));
}

/// Against order statistics of all errors, sorted.
TEST(ErrorMetrics, PercentilesAreThoseOfTheSortedErrors) {
  std::mt19937 generator(3);
  std::student_t_distribution<float> heavy(2);
  std::vector<float> x(300'001), y(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = heavy(generator);
    y[i] = i % 3 == 0 ? x[i] : x[i] + 1e-3f * heavy(generator);  // a third without error
  }
  x[7] = std::numeric_limits<float>::infinity();
  std::vector<double> errors;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (std::isfinite(x[i])) errors.push_back(std::fabs(double{y[i]} - double{x[i]}));
  const ErrorMetrics metrics = measureError(x, y);
  EXPECT_EQ(metrics.excluded, 1u);
  EXPECT_EQ(metrics.p50, quantile(errors, 0.5));
  EXPECT_EQ(metrics.p95, quantile(errors, 0.95));
  EXPECT_EQ(metrics.p999, quantile(errors, 0.999));
}

/// Many chunks, of which those that are looked at first are unlike the others.
TEST(ErrorMetrics, PercentilesStandWhereTheSampleMisleads) {
  std::mt19937 generator(4);
  std::uniform_real_distribution<float> uniform(0, 1);
  constexpr std::size_t kChunk = 1'024;
  std::vector<float> x(64 * kChunk), y(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = uniform(generator) * (i / kChunk % 4 == 0 ? 1e-3f : 1.0f);
  std::vector<double> errors(y.begin(), y.end());
  const ErrorMetrics metrics = measureError(x, y, *makeReferenceBackend(), kChunk);
  EXPECT_EQ(metrics.p50, quantile(errors, 0.5));
  EXPECT_EQ(metrics.p95, quantile(errors, 0.95));
  EXPECT_EQ(metrics.p999, quantile(errors, 0.999));
}

TEST(OrderStatistics, OfNeighboursAreThoseOfTheSortedValues) {
  std::mt19937 generator(5);
  std::student_t_distribution<double> heavy(1);
  std::vector<double> values(20'000);
  for (double& value : values) value = std::round(heavy(generator) * 100) / 100;  // many are alike
  std::vector<double> sorted = values;
  std::ranges::sort(sorted);
  for (const std::size_t rank : std::initializer_list<std::size_t>{0, 1, 9'999, 10'000, 19'998, 19'999}) {
    const auto [value, next] = neighboursAt(values, rank);
    EXPECT_EQ(value, sorted[rank]);
    EXPECT_EQ(next, sorted[std::min<std::size_t>(rank + 1, 19'999)]);
  }
}

TEST(ErrorMetrics, PercentilesStandWhereNearlyAllIsExact) {
  std::vector<float> x(1'000, 1), y(x);
  y[3] = 1.5f;
  const ErrorMetrics metrics = measureError(x, y);
  EXPECT_EQ(metrics.p95, 0);
  EXPECT_NEAR(metrics.p999, 0.5 * 0.001, 1e-12);  // between the last zero and the one error
}

}  // namespace
}  // namespace ulpscope
