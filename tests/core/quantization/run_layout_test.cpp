// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/run_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ulpscope {
namespace {

struct Case {
  Granularity granularity;
  std::uint64_t group;
  MatrixShape shape;
  std::uint64_t runs;
};

std::vector<Case> cases() {
  return {{Granularity::Tensor, 0, {5, 7}, 1},   {Granularity::Row, 0, {5, 7}, 5},
          {Granularity::Column, 0, {5, 7}, 7},   {Granularity::Group, 3, {5, 7}, 15},
          {Granularity::Group, 7, {5, 7}, 5},    {Granularity::FlatBlocks, 8, {5, 7}, 5},
          {Granularity::Tile, 3, {5, 7}, 2 * 3}, {Granularity::Tile, 3, {2, 7}, 3},
          {Granularity::Strided, 5, {5, 7}, 7},  {Granularity::Tile, 128, {5, 7}, 1}};
}

class EveryLayout : public testing::TestWithParam<Case> {};

TEST_P(EveryLayout, PutsEachElementIntoOneRun) {
  const auto& [granularity, group, shape, runs] = GetParam();
  const RunLayout layout(granularity, group, shape);
  EXPECT_EQ(layout.runs(), runs);
  std::vector<int> seen(shape.rows * shape.columns);
  for (std::uint64_t index = 0; index < layout.runs(); ++index) {
    const RunLayout::Run run = layout.run(index);
    EXPECT_LE(run.size(), layout.runSize());
    for (std::uint64_t place = 0; place < run.size(); ++place) {
      const std::uint64_t element = run.element(place);
      ASSERT_LT(element, seen.size());
      ++seen[element];
      EXPECT_EQ(layout.runOf(element), index);
      EXPECT_EQ(run.place(element), place);
      EXPECT_TRUE(!layout.isContiguous() || element == run.first + place);
    }
  }
  EXPECT_THAT(seen, testing::Each(1));
}

INSTANTIATE_TEST_SUITE_P(Shapes, EveryLayout, testing::ValuesIn(cases()));

TEST(RunLayout, TilesAreSquares) {
  const RunLayout layout(Granularity::Tile, 3, {5, 7});
  const RunLayout::Run run = layout.run(4);  // second row of tiles, its second
  EXPECT_EQ(run.element(0), 3u * 7 + 3);
  EXPECT_EQ(run.rows, 2u);
  EXPECT_EQ(run.columns, 3u);
}

TEST(RunLayout, StridedRunsLieAcrossTheMatrixAsHqqReshapesIt) {
  const RunLayout layout(Granularity::Strided, 5, {5, 7});
  EXPECT_EQ(layout.run(2).element(3), 2u + 3 * 7);
}

TEST(RunLayout, HasNoRunsWithoutElements) { EXPECT_EQ(RunLayout(Granularity::Row, 0, {4, 0}).runs(), 0u); }

}  // namespace
}  // namespace ulpscope
