// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <regex>

#include "core/report/colour_map.h"
#include "core/report/figure.h"
#include "core/report/svg_writer.h"
#include "core/report/ticks.h"

namespace ulpscope {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::vector<std::string> texts(const std::vector<Tick>& ticks) {
  std::vector<std::string> out;
  for (const Tick& tick : ticks) out.push_back(tick.text);
  return out;
}

std::size_t countOf(std::string_view needle, std::string_view text) {
  std::size_t count = 0;
  for (auto at = text.find(needle); at != std::string_view::npos; at = text.find(needle, at + 1)) ++count;
  return count;
}

Figure bars(std::vector<double> heights) {
  std::vector<double> edges(heights.size() + 1);
  std::iota(edges.begin(), edges.end(), 0.0);
  return {.title = "t", .series = {{.kind = Series::Kind::Bars, .x = edges, .y = std::move(heights)}}};
}

TEST(Ticks, AreRoundNumbersWithTheDecimalsTheirStepNeeds) {
  EXPECT_THAT(texts(linearTicks(-0.2, 0.2, 9)),
              ElementsAre("-0.20", "-0.15", "-0.10", "-0.05", "0", "0.05", "0.10", "0.15", "0.20"));
  EXPECT_THAT(texts(linearTicks(0, 384, 7)), ElementsAre("0", "100", "200", "300"));
  EXPECT_THAT(texts(linearTicks(4.1, 8.7, 6)), ElementsAre("5", "6", "7", "8"));
}

TEST(Ticks, NeverExceedTheNumberAskedForAndCoverTinyAndHugeRanges) {
  for (const double span : {1e-40, 1e-7, 0.3, 7.0, 12345.0, 1e38})
    for (std::size_t atMost = 2; atMost < 12; ++atMost) {
      const auto ticks = linearTicks(-span / 3, span, atMost);
      EXPECT_LE(ticks.size(), atMost) << span;
      EXPECT_GE(ticks.size(), 1u) << span;
      for (const Tick& tick : ticks) EXPECT_TRUE(tick.value >= -span / 3 * 1.001 && tick.value <= span * 1.001);
    }
}

TEST(Ticks, AreNoneWhereThereIsNoRange) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(linearTicks(1, 1, 5).empty());
  EXPECT_TRUE(linearTicks(0, kInfinity, 5).empty());
  EXPECT_TRUE(linearTicks(1e17, 1e17 + 16, 5).empty());
  EXPECT_TRUE(logarithmicTicks(0, 10, 5).empty());
}

TEST(Ticks, OfLogarithmicAxesArePowersOfTenInSuperscript) {
  EXPECT_THAT(texts(logarithmicTicks(0.5, 2e5, 7)), ElementsAre("10⁰", "10¹", "10²", "10³", "10⁴", "10⁵"));
  EXPECT_THAT(texts(logarithmicTicks(1e-12, 1, 7)),
              ElementsAre("10⁻¹²", "10⁻¹⁰", "10⁻⁸", "10⁻⁶", "10⁻⁴", "10⁻²", "10⁰"));
  EXPECT_THAT(texts(logarithmicTicks(1.5, 8, 7)), ElementsAre("2·10⁰", "5·10⁰"));
}

TEST(ColourMap, EndsAsPublishedAndIsWhiteInTheMiddleWhenSigned) {
  EXPECT_EQ(hexText(cividis(0)), "#00224E");
  EXPECT_EQ(hexText(cividis(1)), "#FEE838");
  EXPECT_EQ(cividis(-3), cividis(0));
  EXPECT_EQ(hexText(blueWhiteOrange(0)), "#FFFFFF");
  EXPECT_GT(blueWhiteOrange(-1).blue, blueWhiteOrange(-1).red);
  EXPECT_GT(blueWhiteOrange(1).red, blueWhiteOrange(1).blue);
}

TEST(Svg, EscapesEveryTextOfAFileSoThatNothingBecomesMarkup) {
  Figure figure = bars({1, 2});
  figure.title = "<script>alert('x')</script>\x1B[31m";
  figure.notes = {"a & b", "\u202Eevil"};
  figure.x.title = "\"quoted\"";
  figure.series[0].labels = {"<b>", "</svg>"};
  const std::string svg = toSvg(figure);
  EXPECT_THAT(svg, Not(HasSubstr("<script")));
  EXPECT_THAT(svg, Not(HasSubstr("<b>")));
  EXPECT_THAT(svg, Not(HasSubstr("\x1B")));
  EXPECT_THAT(svg, HasSubstr("&lt;script&gt;alert(&#39;x&#39;)"));
  EXPECT_THAT(svg, HasSubstr("\\x1B[31m"));
  EXPECT_THAT(svg, HasSubstr("a &amp; b · \\u202Eevil"));
  EXPECT_EQ(countOf("</svg>", svg), 1u);
}

TEST(Svg, DrawsMarkedBarsInTheOutlierColourEvenWhenManyShareAPixel) {
  Figure figure = bars(std::vector<double>(100'000, 1.0));
  EXPECT_THAT(toSvg(figure), Not(HasSubstr("#E69F00")));
  figure.series[0].marked.assign(100'000, false);
  figure.series[0].marked[54'321] = true;
  const std::string svg = toSvg(figure);
  EXPECT_THAT(svg, HasSubstr("#E69F00"));
  EXPECT_LT(svg.size(), 100'000u);
}

/// Where the texts that are numbers of bars stand: x from the left, y of the base line.
std::map<std::string, std::pair<double, double>> labelsOf(const std::string& svg) {
  std::map<std::string, std::pair<double, double>> labels;
  const std::regex text(R"re(<text x="([^"]+)" y="([^"]+)"[^>]*>L(\d+)</text>)re");
  for (std::sregex_iterator it(svg.begin(), svg.end(), text), end; it != end; ++it)
    labels[(*it)[3]] = {std::stod((*it)[1]), std::stod((*it)[2])};
  return labels;
}

TEST(Svg, PutsLabelsOfBarsWhereTheyHideNeitherBarsNorEachOther) {
  // Narrow bars, a few of them labelled: among higher ones, side by side, at the edges, and alone.
  std::vector<double> heights(200, 10);
  for (const std::size_t i : {0U, 60U, 61U, 62U, 100U, 199U}) heights[i] = 12;
  heights[63] = 40;
  heights[150] = 4;
  for (std::size_t i = 20; i < 40; ++i) heights[i] = i == 30 ? 50 : 0;
  Figure figure = bars(heights);
  Series& series = figure.series[0];
  series.labels.resize(heights.size());
  for (const std::size_t i : {0U, 30U, 60U, 61U, 62U, 63U, 100U, 150U, 199U})
    series.labels[i] = "L" + std::to_string(i);
  const auto labels = labelsOf(toSvg(figure));
  EXPECT_GE(labels.size(), 7u);  // two stand beside a bar that is far higher
  // The plot: 84 to 876 across, 64 to 424 down, 0 at the bottom and 50 + 5 % at the top.
  const auto left = [](std::size_t i) { return 84 + 792 * static_cast<double>(i) / 200; };
  const auto top = [&](std::size_t i) { return 424 - 360 * heights[i] / 52.5; };
  const double width = svgTextWidth("L99", 11);
  for (const auto& [name, place] : labels) {
    const auto [x, y] = place;
    for (std::size_t i = 0; i < heights.size(); ++i)
      if (left(i) < x + width - 1 && x + 1 < left(i + 1)) {
        EXPECT_LE(y, top(i) + 0.5) << name << " hides bar " << i;
      }
    for (const auto& [other, its] : labels) {
      if (other == name) continue;
      EXPECT_TRUE(std::fabs(its.first - x) >= width - 7 || std::fabs(its.second - y) >= 10) << name << " and " << other;
    }
  }
}

TEST(Svg, LeavesOutWhatAnAxisCannotShow) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  Figure figure{.title = "t", .y = {.title = "y", .logarithmic = true}};
  figure.series = {
      {.kind = Series::Kind::Points, .x = {1, 2, 3, 4}, .y = {10, 0, kNan, 100}, .labels = {"a", "zero", "nan", "b"}}};
  const std::string svg = toSvg(figure);
  EXPECT_EQ(countOf("<circle", svg), 2u);
  EXPECT_THAT(svg, Not(HasSubstr(">zero<")));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(svg, Not(HasSubstr("inf")));
}

TEST(Svg, DrawsAnEmptyFigureAndAnEmptyMapAsAxesAlone) {
  EXPECT_THAT(toSvg(Figure{.title = "empty"}), HasSubstr(">empty</text>"));
  EXPECT_THAT(toSvg(MapFigure{.title = "empty"}), HasSubstr(">empty</text>"));
  EXPECT_THAT(toSvg(bars({})), Not(HasSubstr("nan")));
}

TEST(Svg, GivesEveryCellOfAMapAColourAndNonFiniteCellsTheirOwn) {
  MapFigure map{.title = "m", .rows = 2, .columns = 2, .isSigned = true};
  map.values = {-1, 0, 1, std::numeric_limits<float>::infinity()};
  const std::string svg = toSvg(map);
  EXPECT_THAT(svg, HasSubstr("M0 0.5h1"));
  EXPECT_THAT(svg, HasSubstr("M1 1.5h1\" stroke=\"#CC79A7\""));
  EXPECT_EQ(countOf("h1\"", svg), 4u);
}

}  // namespace
}  // namespace ulpscope
