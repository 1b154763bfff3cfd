// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/what_if.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "core/backend/backend.h"
#include "core/quantization/quantization_report.h"

namespace ulpscope {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr MatrixShape kShape{64, 96};

std::vector<float> normals(std::uint32_t seed = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(kShape.rows * kShape.columns);
  for (float& value : values) value = normal(random);
  return values;
}

class WhatIfs : public testing::Test {
 protected:
  QuantizedTensor quantize(const Scheme& scheme, const std::vector<float>& values) const {
    auto result = scheme.quantize(MatrixView{kShape, values}, {}, *m_backend, {});
    EXPECT_TRUE(result) << result.error().message;
    return result ? *std::move(result) : QuantizedTensor{};
  }
  double decibel(const Scheme& scheme, const std::vector<float>& values) const {
    return measureError(values, quantize(scheme, values).restored).signalToNoiseDb;
  }
  const Scheme& m_int8 = *findScheme("int8_row");
  const std::unique_ptr<Backend> m_backend = makeReferenceBackend();
};

TEST_F(WhatIfs, OutliersSpoilIntegersAndKeepingThemMendsThat) {
  std::vector<float> values = normals();
  const double before = decibel(m_int8, values);
  const std::uint64_t injected = injectOutliers(values, 100, 40);
  EXPECT_GT(injected, 30u);
  EXPECT_LT(injected, 100u);
  // Of what is not an outlier the error is as if the whole range had grown by their size.
  const auto kept = trying(m_int8, {.keptElements = injected});
  EXPECT_GT(decibel(*kept, values), decibel(m_int8, values) + 10);
  const auto bits = [&](const Scheme& scheme) { return *scheme.bitsPerWeight(kShape, {}); };
  EXPECT_DOUBLE_EQ(bits(*kept), bits(m_int8) + 48.0 * static_cast<double>(injected) / (64 * 96));
  EXPECT_GT(before, 40);
}

TEST_F(WhatIfs, KeepsTheColumnsOfTheLargestElements) {
  std::vector<float> values = normals();
  for (std::uint64_t row = 0; row < kShape.rows; ++row) {
    values[row * kShape.columns + 7] *= 50;
    values[row * kShape.columns + 80] *= 90;
  }
  const MatrixView matrix{kShape, values};
  EXPECT_THAT(largestColumns(matrix, 2), ElementsAre(80, 7));
  const auto kept = trying(m_int8, {.keptColumns = 2});
  const QuantizedTensor result = quantize(*kept, values);
  for (std::uint64_t i = 0; i < values.size(); ++i) {
    const std::uint64_t column = i % kShape.columns;
    const bool isKept = column == 7 || column == 80;
    const float tolerance = isKept ? std::fabs(values[i]) * 0x1p-11f : 0.02f;
    EXPECT_NEAR(result.restored[i], values[i], tolerance) << i;
    if (isKept) {
      EXPECT_EQ(result.codes[i], 0);
    }
  }
  EXPECT_DOUBLE_EQ(*kept->bitsPerWeight(kShape, {}),
                   *m_int8.bitsPerWeight(kShape, {}) + 2 * (64 * 16.0 + 32) / (64 * 96));
}

TEST_F(WhatIfs, KeepsElementsOfTheOtherColumnsByMagnitude) {
  std::vector<float> values(kShape.rows * kShape.columns, 0.5f);
  values[5] = 900;    // its column is kept
  values[300] = -70;  // largest of the others
  values[17] = 3;
  values[18] = -3;  // as large, but later
  const QuantizedTensor result = quantize(*trying(m_int8, {.keptColumns = 1, .keptElements = 2}), values);
  EXPECT_EQ(result.restored[5], 900);
  EXPECT_EQ(result.restored[300], -70);
  EXPECT_EQ(result.restored[17], 3);
  EXPECT_NE(result.codes[18], 0);
  EXPECT_EQ(result.codes[17], 0);
}

TEST_F(WhatIfs, IsTheSchemeItselfWhereNothingIsTried) {
  EXPECT_EQ(trying(m_int8, {.outlierEvery = 10}).get(), &m_int8) << "outliers are in the values";
}

TEST_F(WhatIfs, SaysWhatOverflowsInBinary16) {
  std::vector<float> values = normals();
  values[3] = 70000;
  values[4] = std::numeric_limits<float>::quiet_NaN();
  const QuantizedTensor result = quantize(*trying(m_int8, {.keptElements = 2}), values);
  EXPECT_TRUE(std::isinf(result.restored[3]));
  EXPECT_TRUE(std::isnan(result.restored[4]));
  EXPECT_THAT(result.warnings, Contains(HasSubstr("1 element kept in binary16 overflowed")));
}

TEST_F(WhatIfs, ExplainsAKeptElementAndTheOthersAsTheSchemeDoes) {
  std::vector<float> values = normals();
  values[11] = 50;
  const auto kept = trying(m_int8, {.keptElements = 1});
  const QuantizedTensor result = quantize(*kept, values);
  EXPECT_THAT(kept->explain({kShape, values}, result, {}, 11).back().note, HasSubstr("binary16"));
  std::vector<float> rest = values;
  rest[11] = 0;
  const auto board = kept->explain({kShape, values}, result, {}, 12);
  const auto plain = m_int8.explain({kShape, rest}, quantize(m_int8, rest), {}, 12);
  ASSERT_EQ(board.size(), plain.size());
  for (std::size_t i = 0; i < board.size(); ++i) EXPECT_EQ(board[i].text, plain[i].text);
}

TEST_F(WhatIfs, InjectsWhereTheRecipeOfThePublishedFiguresDoes) {
  std::vector<float> values(10000, 1.0f);
  std::mt19937 chooser(7);
  const std::uint64_t injected = injectOutliers(values, 1000, 20);
  std::uint64_t expected = 0;
  for (const float value : values) {
    const bool isOutlier = chooser() % 1000 == 0;
    expected += isOutlier ? 1 : 0;
    EXPECT_EQ(value, isOutlier ? 20.0f : 1.0f);
  }
  EXPECT_EQ(injected, expected);
  EXPECT_EQ(injectOutliers(values, 0, 20), 0u);
}

}  // namespace
}  // namespace ulpscope
