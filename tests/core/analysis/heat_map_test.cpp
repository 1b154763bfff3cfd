// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/analysis/heat_pyramid.h"
#include "core/analysis/tensor_profile.h"
#include "core/backend/backend.h"
#include "tests/core/analysis/cubed_noise.h"

namespace ulpscope {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

HeatMap mapOf(const TensorSource& source, const MatrixPart& part, std::uint64_t maxSide) {
  auto map = heatMap(source, part, maxSide, *makeReferenceBackend(), {});
  EXPECT_TRUE(map) << map.error().message;
  return map ? *std::move(map) : HeatMap{};
}

TEST(HeatMap, KeepsTheElementOfLargestMagnitudeWithItsSign) {
  const std::vector<float> values = {1, -2, 3,  0,  //
                                     0, 1,  -5, 4,  //
                                     7, 7,  0,  -0.5f};
  const TensorSource source = tensorFromFloats("t", {3, 4}, values);
  const HeatMap map = mapOf(source, {0, 0, 3, 4}, 2);
  EXPECT_EQ(map.cellRows, 2u);
  EXPECT_EQ(map.cellColumns, 2u);
  EXPECT_EQ(map.rows, 2u);
  EXPECT_EQ(map.columns, 2u);
  EXPECT_THAT(map.values, ElementsAre(-2, -5, 7, -0.5f));
}

TEST(HeatMap, OfAPartShowsThatPart) {
  const std::vector<float> values = {1, -2, 3, 0, 0, 1, -5, 4, 7, 7, 0, -0.5f};
  const TensorSource source = tensorFromFloats("t", {3, 4}, values);
  const HeatMap map = mapOf(source, {1, 2, 2, 2}, 100);
  EXPECT_EQ(map.firstRow, 1u);
  EXPECT_EQ(map.firstColumn, 2u);
  EXPECT_EQ(map.matrix, (MatrixShape{2, 2}));
  EXPECT_THAT(map.values, ElementsAre(-5, 4, 0, -0.5f));
}

TEST(HeatMap, CountsNanAsLargerThanInfinity) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const std::vector<float> values = {1, std::nanf(""), -kInfinity, -kInfinity, 3, kInfinity, 3, 2};
  const HeatMap map = mapOf(tensorFromFloats("t", {2, 4}, values), {0, 0, 2, 4}, 2);
  ASSERT_EQ(map.values.size(), 2u * 2);
  EXPECT_TRUE(std::isnan(map.values[0]));
  EXPECT_EQ(map.values[1], -kInfinity) << "the first of equal ones, with its sign";
  EXPECT_EQ(map.values[2], kInfinity);
  EXPECT_EQ(map.values[3], 3);
}

TEST(HeatMap, LeavesSingleElementsAsTheyAre) {
  const std::vector<float> values = {-0.0f, std::nanf(""), 0, 2};
  const HeatMap map = mapOf(tensorFromFloats("t", {2, 2}, values), {0, 0, 2, 2}, 2);
  EXPECT_TRUE(std::signbit(map.values[0]));
  EXPECT_TRUE(std::isnan(map.values[1]));
}

/// Cells at position (row, column) of a map with these cells, from the values themselves.
float expectedCell(std::span<const float> values, const MatrixSlice& matrix, const HeatMap& map, std::uint64_t row,
                   std::uint64_t column) {
  float largest = 0;
  for (std::uint64_t r = row * map.cellRows; r < std::min((row + 1) * map.cellRows, map.matrix.rows); ++r)
    for (std::uint64_t c = column * map.cellColumns; c < std::min((column + 1) * map.cellColumns, map.matrix.columns);
         ++c) {
      const float value = values[matrix.elementAt(map.firstRow + r, map.firstColumn + c)];
      if (std::fabs(value) > std::fabs(largest)) largest = value;
    }
  return largest;
}

TEST(HeatPyramid, HoldsTheSamePictureAtEveryLevel) {
  const std::vector<std::uint64_t> shape = {2, 2500, 301};
  const std::vector<float> values = cubedNoise(2 * 2500 * 301);
  const TensorSource source = tensorFromFloats("t", shape, values);
  const MatrixSlice slice = sliceOf(shape, 1);
  const auto pyramid = heatPyramid(source, slice, *makeReferenceBackend(), {});
  ASSERT_TRUE(pyramid);
  ASSERT_FALSE(pyramid->levels.empty());
  EXPECT_EQ(pyramid->levels.front().cellRows, 2u);
  EXPECT_EQ(pyramid->levels.front().cellColumns, 1u);
  EXPECT_LE(pyramid->levels.back().rows, HeatPyramid::kCoarsestSide);
  for (const HeatMap& level : pyramid->levels)
    for (std::uint64_t row = 0; row < level.rows; ++row)
      for (std::uint64_t column = 0; column < level.columns; ++column)
        ASSERT_EQ(level.values[row * level.columns + column], expectedCell(values, slice, level, row, column))
            << level.cellRows << " x " << level.cellColumns << " at " << row << ", " << column;
}

TEST(HeatPyramid, OfNothingHasNoLevels) {
  const TensorSource source = tensorFromFloats("t", {0, 3}, {});
  const auto pyramid = heatPyramid(source, wholeMatrix(source.info().shape), *makeReferenceBackend(), {});
  ASSERT_TRUE(pyramid);
  EXPECT_THAT(pyramid->levels, IsEmpty());
}

TEST(HeatMapOf, APartInOddCellsIsCutAtItsEnds) {
  const std::vector<float> values = cubedNoise(40 * 50);
  const TensorSource source = tensorFromFloats("t", {40, 50}, values);
  const MatrixSlice whole = wholeMatrix(source.info().shape);
  const auto map = heatMapOf(source, whole, {7, 3, 20, 11}, {8, 4}, *makeReferenceBackend(), {});
  ASSERT_TRUE(map);
  EXPECT_EQ(map->rows, 3u);
  EXPECT_EQ(map->columns, 3u);
  for (std::uint64_t row = 0; row < 3; ++row)
    for (std::uint64_t column = 0; column < 3; ++column)
      EXPECT_EQ(map->values[row * 3 + column], expectedCell(values, whole, *map, row, column));
  EXPECT_EQ(largestIn(*map, {0, 0, 9, 9}), pooled(*map, {3, 3}).values[0]);
}

TEST(MatrixSlice, IsTheLastTwoDimensionsAtFixedLeadingOnes) {
  const std::vector<std::uint64_t> shape = {3, 4, 20, 30};
  EXPECT_EQ(sliceCount(shape), 12u);
  EXPECT_EQ(sliceOf(shape, 5), (MatrixSlice{5 * 600, {20, 30}}));
  EXPECT_EQ(sliceOf(shape, 5).elementAt(2, 7), ((1 * 4 + 1) * 20 + 2) * 30 + 7u);
  EXPECT_TRUE(beginsWithSlices(shape));
  EXPECT_FALSE(beginsWithSlices(std::vector<std::uint64_t>{64, 64, 3, 3}));
  EXPECT_FALSE(beginsWithSlices(std::vector<std::uint64_t>{64, 64}));
  EXPECT_EQ(sliceCount(std::vector<std::uint64_t>{64, 64}), 1u);
  EXPECT_EQ(sliceCount(std::vector<std::uint64_t>{3, 0, 4}), 0u);
}

TEST(HeatMap, OfLongAndTallMatricesMissesNothing) {
  for (const MatrixShape shape : {MatrixShape{3, (1 << 20) + 9}, MatrixShape{(1 << 19) + 1, 5}}) {
    const std::vector<float> values = cubedNoise(shape.rows * shape.columns);
    const TensorSource source = tensorFromFloats("t", {shape.rows, shape.columns}, values);
    const HeatMap map = mapOf(source, {0, 0, shape.rows, shape.columns}, 64);
    std::vector<float> expected(map.values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      float& cell = expected[i / shape.columns / map.cellRows * map.columns + i % shape.columns / map.cellColumns];
      if (std::fabs(values[i]) > std::fabs(cell)) cell = values[i];
    }
    EXPECT_LE(map.rows, 64u);
    EXPECT_LE(map.columns, 64u);
    EXPECT_EQ(map.values, expected);
  }
}

TEST(HeatMap, ReadsPackedElementsThatShareABorderByte) {
  // FP4 E2M1: a 3 x 6 matrix, columns 1 to 3, so that no row begins on a byte.
  std::vector<std::byte> bytes;
  for (const int byte : {0x10, 0x32, 0x54, 0x76, 0x98, 0xBA, 0xDC, 0xFE, 0x10}) bytes.push_back(std::byte(byte));
  TensorInfo info;
  info.type = findElementType("F4");
  info.shape = {3, 6};
  info.elements = 18;
  info.bytes = 9;
  const TensorSource source(info, memorySource("memory", bytes));
  // Element i has code i % 16: 0 .5 1 1.5 2 3 4 6, then the same negative.
  EXPECT_THAT(mapOf(source, {0, 1, 3, 3}, 10).values, ElementsAre(0.5f, 1, 1.5f, 6, 0, -0.5f, -3, -4, -6));
}

TEST(HeatMap, OfNothingIsEmptyAndOutsideIsAnError) {
  const TensorSource source = tensorFromFloats("t", {2, 3}, std::vector<float>(6));
  EXPECT_THAT(mapOf(source, {0, 0, 0, 0}, 8).values, IsEmpty());
  EXPECT_THAT(mapOf(source, {2, 3, 0, 0}, 8).values, IsEmpty());
  const auto backend = makeReferenceBackend();
  for (const MatrixPart part : {MatrixPart{0, 0, 3, 3}, MatrixPart{1, 0, 2, 1}, MatrixPart{0, ~std::uint64_t{0}, 1, 2}})
    EXPECT_EQ(heatMap(source, part, 8, *backend, {}).error().code, Errc::Usage);
  EXPECT_EQ(heatMap(source, {0, 0, 2, 3}, 0, *backend, {}).error().code, Errc::Usage);
}

}  // namespace
}  // namespace ulpscope
