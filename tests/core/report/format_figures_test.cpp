// SPDX-License-Identifier: Apache-2.0
#include "core/report/format_figures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/report/ticks.h"

namespace ulpscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(FormatFigures, DrawTheStaircaseOfFloat4E2m1InExponentsOfTwo) {
  const FormatProfile profile = profileOf(*findFormat("float4_e2m1fn"));
  const FormatProfile* const formats[] = {nullptr, &profile};
  const Figure figure = spacingFigure(formats);
  ASSERT_EQ(figure.series.size(), 2u);
  EXPECT_TRUE(figure.series[0].x.empty()) << "a place left free";
  const Series& line = figure.series[1];
  ASSERT_EQ(line.x.size(), 6u);
  EXPECT_EQ(line.x[0], -1);
  EXPECT_EQ(line.y[0], 0) << "0.5 / 0.5";
  EXPECT_EQ(line.x[1], 1);
  EXPECT_EQ(line.y[1], -2) << "0.5 / 2";
  EXPECT_EQ(line.y[2], -1) << "1 / 2";
  EXPECT_THAT(toCsv(figure), HasSubstr("log2 magnitude"));
  EXPECT_EQ(densityFigure(formats).series[1].y[2], 1) << "two values in [1, 2)";
}

TEST(FormatTables, HoldEveryRunBinadeAndCode) {
  const FormatProfile profile = profileOf(*findFormat("float4_e2m1fn"));
  const FormatProfile* const formats[] = {&profile};
  EXPECT_THAT(rangeTable(formats).rows, ElementsAre(ElementsAre("FP4 E2M1", "0.5", "-1", "1", "0", "6", "2.58496")));
  EXPECT_THAT(spacingTable(formats).rows[2], ElementsAre("FP4 E2M1", "4", "6", "2", "0.5", "0.333333"));
  EXPECT_THAT(densityTable(formats).rows[0], ElementsAre("FP4 E2M1", "-1", "2⁻¹", "2⁰", "1"));
  EXPECT_EQ(codeTable(*profile.format).rows.size(), 16u);
  EXPECT_THAT(codeTable(*profile.format).rows[15], ElementsAre("0xF", "1 11 1", "normal", "-6"));
  const auto bins = roundingBins(*profile.format, profile.limits, 0, 0.5, Rounding::NearestEven, 10);
  EXPECT_THAT(roundingTable(*profile.format, bins).rows[0], ElementsAre("0", "0x0", "0", "yes", "0.25", "yes"));
  EXPECT_FALSE(throughputTable().rows.empty());
}

std::vector<std::string> texts(const std::vector<Tick>& ticks) {
  std::vector<std::string> found;
  for (const Tick& tick : ticks) found.push_back(tick.text);
  return found;
}

TEST(PowerOfTwoTicks, StandAtWholeExponentsAsFarApartAsTheRoomAsksFor) {
  EXPECT_THAT(texts(powerOfTwoTicks(-2, 1, 8)), ElementsAre("2⁻²", "2⁻¹", "2⁰", "2¹"));
  EXPECT_THAT(texts(powerOfTwoTicks(-150, 130, 8)), ElementsAre("2⁻¹²⁰", "2⁻⁸⁰", "2⁻⁴⁰", "2⁰", "2⁴⁰", "2⁸⁰", "2¹²⁰"));
  EXPECT_THAT(texts(powerOfTwoTicks(-16500, 16400, 6)), ElementsAre("2⁻¹⁶⁰⁰⁰", "2⁻⁸⁰⁰⁰", "2⁰", "2⁸⁰⁰⁰", "2¹⁶⁰⁰⁰"));
  EXPECT_THAT(texts(powerOfTwoTicks(0.1, 0.9, 3)), ElementsAre("1.414"));
  EXPECT_TRUE(powerOfTwoTicks(1, 1, 8).empty());
}

}  // namespace
}  // namespace ulpscope
