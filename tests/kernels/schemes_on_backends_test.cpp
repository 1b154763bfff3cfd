// SPDX-License-Identifier: Apache-2.0
// Every scheme gives the same codes, scales and values on the vectorised, threaded backend as on the reference.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <span>
#include <vector>

#include "core/backend/backend.h"
#include "core/calibration/synthetic_calibration.h"
#include "core/quantization/scheme.h"
#include "kernels/cpu/cpu_backend.h"
#include "tests/kernels/same_bits.h"

namespace ulpscope {
namespace {

constexpr MatrixShape kShape{192, 512};  // more than one piece of work for each of two threads

/// Normal weights with outliers, rows of zeros, of tiny values and of one sign, and two blocks that hold no numbers.
std::vector<float> weights() {
  std::vector<float> values(kShape.rows * kShape.columns);
  std::mt19937 generator(5);
  std::normal_distribution<float> normal(0, 0.02f);
  std::ranges::generate(values, [&] { return normal(generator); });
  const auto row = [&](std::uint64_t r) { return std::span(values).subspan(r * kShape.columns, kShape.columns); };
  for (std::size_t i = 0; i < values.size(); i += 997) values[i] *= 30;
  std::ranges::fill(row(3), 0.0f);
  for (float& x : row(4)) x *= 1e-38f;
  for (float& x : row(5)) x = std::fabs(x);
  for (std::size_t i = 0; i < kShape.columns; ++i) row(6)[i] = (static_cast<float>(i % 31) - 15.5f) / 64;  // ties
  row(7)[9] = std::numeric_limits<float>::infinity();
  row(8)[300] = std::numeric_limits<float>::quiet_NaN();
  return values;
}

class SchemeOnBackends : public testing::TestWithParam<const Scheme*> {};

TEST_P(SchemeOnBackends, GivesTheSameBits) {
  const Scheme& scheme = *GetParam();
  const std::vector<float> values = weights();
  const LayerCalibration layer = syntheticCalibration(kShape.columns, 1);
  const SchemeInput input{MatrixView{kShape, values},
                          scheme.info().calibration == CalibrationUse::None ? nullptr : &layer};
  const auto expected = scheme.quantize(input, {}, *makeReferenceBackend(), {});
  ASSERT_TRUE(expected) << expected.error().message;
  const auto found = scheme.quantize(input, {}, *kernels::makeCpuBackend(2), {});
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->codes, expected->codes);
  EXPECT_TRUE(kernels::sameBitsButNan(expected->scales, found->scales));
  EXPECT_EQ(found->zeroPoints, expected->zeroPoints);
  EXPECT_TRUE(kernels::sameBitsButNan(expected->offsets, found->offsets));
  EXPECT_TRUE(kernels::sameBitsButNan(expected->columnScales, found->columnScales));
  EXPECT_EQ(found->packed, expected->packed);
  EXPECT_TRUE(kernels::sameBitsButNan(expected->restored, found->restored));
  EXPECT_EQ(found->warnings, expected->warnings);
}

INSTANTIATE_TEST_SUITE_P(Registry, SchemeOnBackends,
                         testing::ValuesIn(schemeRegistry().begin(), schemeRegistry().end()),
                         [](const auto& tested) { return tested.param->info().id; });

}  // namespace
}  // namespace ulpscope
