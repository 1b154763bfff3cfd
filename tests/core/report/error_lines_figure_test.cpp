// SPDX-License-Identifier: Apache-2.0
#include "core/report/error_lines_figure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace ulpscope {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(ErrorLinesFigure, NamesTheWorstAndMarksOutliers) {
  std::vector<double> rmse(100, 1.0);
  for (std::size_t i = 0; i < rmse.size(); ++i) rmse[i] += 0.001 * static_cast<double>(i % 7);
  rmse[42] = 9;
  rmse[7] = 5;
  const Figure figure = errorByLineFigure("q4_0", {.line = "row", .rmse = rmse});
  EXPECT_EQ(figure.title, "Error by row of q4_0");
  EXPECT_THAT(figure.notes, Contains(HasSubstr("worst: row 42 (9), 7 (5), 6 (1.01)")));
  EXPECT_THAT(figure.notes, Contains("2 of 100 rows beyond 6 scaled MADs"));
  const Series& bars = figure.series.front();
  EXPECT_EQ(bars.y, rmse);
  EXPECT_EQ(bars.x.back(), 100);
  EXPECT_EQ(bars.labels[42], "42");
  EXPECT_TRUE(bars.marked[42] && bars.marked[7]);
  EXPECT_FALSE(bars.marked[6]) << "named, but as the others are";
  EXPECT_TRUE(bars.names.empty()) << "the axis says it";
}

TEST(ErrorLinesFigure, PutsTheWorstFirstAndThoseWithoutAnErrorLast) {
  const std::vector<double> rmse{1, std::numeric_limits<double>::quiet_NaN(), 3, 0, 3};
  EXPECT_THAT(errorBars(rmse, LineOrder::LargestFirst), ElementsAre(2, 4, 0, 3, 1));
  EXPECT_THAT(errorBars(rmse, LineOrder::AsStored), ElementsAre(0, 1, 2, 3, 4));
  const Figure figure = errorByLineFigure(
      "q4_0", {.line = "block", .rmse = rmse, .place = [](std::uint64_t block) { return "#" + std::to_string(block); }},
      LineOrder::LargestFirst);
  EXPECT_EQ(figure.x.title, "blocks, worst first");
  EXPECT_THAT(figure.series.front().names,
              ElementsAre("block 2 at #2", "block 4 at #4", "block 0 at #0", "block 3 at #3", "block 1 at #1"));
  EXPECT_THAT(figure.notes, Contains("worst: block 2 at #2 (3), 4 at #4 (3), 0 at #0 (1)"));
}

TEST(ErrorLinesFigure, ShowsTheWorstOfNeighboursWhereThereAreMany) {
  std::vector<double> rmse(100'000, 1.0);  // 4 to a bar
  rmse[50'002] = 8;
  const std::vector<std::uint64_t> bars = errorBars(rmse, LineOrder::AsStored);
  ASSERT_EQ(bars.size(), 25'000u);
  EXPECT_EQ(bars[12'500], 50'002u);
  EXPECT_EQ(bars[0], 0u);
  const Figure figure = errorByLineFigure("q4_0", {.line = "block", .rmse = rmse});
  const Series& series = figure.series.front();
  EXPECT_EQ(series.x[12'500], 50'000);
  EXPECT_EQ(series.x.back(), 100'000);
  EXPECT_EQ(series.y[12'500], 8);
  EXPECT_EQ(series.labels[12'500], "50002");
  EXPECT_THAT(figure.notes, Contains("a bar is the worst of 4 blocks"));
  EXPECT_THAT(errorByLineFigure("q4_0", {.line = "block", .rmse = rmse}, LineOrder::LargestFirst).notes,
              Contains("the worst 32,768 of 100,000"));
}

TEST(ErrorLinesFigure, SaysNothingOfTheWorstWhereThereIsNoError) {
  const std::vector<double> rmse{0, 0};
  EXPECT_THAT(errorByLineFigure("q4_0", {.line = "row", .rmse = rmse}).notes, Not(Contains(HasSubstr("worst"))));
  EXPECT_TRUE(errorByLineFigure("q4_0", {.line = "row", .rmse = {}}).series.front().y.empty());
}

}  // namespace
}  // namespace ulpscope
