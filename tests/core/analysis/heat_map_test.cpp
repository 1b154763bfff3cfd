// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

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

TEST(HeatMap, CountsNanAsInfinite) {
  const std::vector<float> values = {1, std::nanf(""), 3, -std::numeric_limits<float>::infinity()};
  const HeatMap map = mapOf(tensorFromFloats("t", {2, 2}, values), {0, 0, 2, 2}, 1);
  EXPECT_THAT(map.values, ElementsAre(std::numeric_limits<float>::infinity()));
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
