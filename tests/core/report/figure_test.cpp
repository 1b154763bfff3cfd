// SPDX-License-Identifier: Apache-2.0
#include "core/report/figure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <numeric>

#include "core/report/activation_figure.h"
#include "core/report/figures.h"

namespace ulpscope {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

SchemeComparison scheme(std::string id, double bits, double decibel) {
  SchemeComparison comparison{
      .scheme = id, .title = id, .bitsPerWeight = bits, .metrics = {}, .warnings = {}, .error = {}};
  comparison.metrics.signalToNoiseDb = decibel;
  return comparison;
}

TEST(Figure, CsvHoldsBinsWithBothEdgesAndPointsWithOneInShortestText) {
  const Figure figure{
      .title = "t",
      .x = {.title = "value"},
      .y = {.title = "count"},
      .series = {
          {.kind = Series::Kind::Bars, .name = "bins", .x = {-0.1, 0, 0.1}, .y = {3, 4}, .marked = {false, true}},
          {.kind = Series::Kind::Points, .name = "dots", .x = {1.0 / 3}, .y = {2}, .labels = {"a,b"}}}};
  EXPECT_EQ(toCsv(figure),
            "series,value from,value to,count,label,marked\r\n"
            "bins,-0.1,0,3,,0\r\n"
            "bins,0,0.1,4,,1\r\n"
            "dots,0.3333333333333333,,2,\"a,b\",0\r\n");
}

TEST(Figure, CsvOfAMapHasOneLineARow) {
  const MapFigure map{.rowTitle = "row", .columnTitle = "column", .rows = 2, .columns = 2, .values = {1, -2, 0.5f, 4}};
  EXPECT_EQ(toCsv(map), "row \\ column,0,1\r\n0,1,-2\r\n1,0.5,4\r\n");
}

TEST(Figures, HistogramPrintsTheCountsThatBinsCannotShow) {
  const Histogram histogram{.edges = {0, 1, 2}, .counts = {5, 6}, .below = 1, .above = 11};
  const Figure figure =
      histogramFigure("w", histogram, {.nan = 1, .positiveInfinity = 2, .negativeInfinity = 3, .zero = 1234}, true);
  EXPECT_THAT(figure.notes, ElementsAre("zero 1,234", "subnormal 0", "NaN 1", "Inf 5", "12 values beyond"));
  EXPECT_TRUE(figure.y.logarithmic);
  EXPECT_THAT(figure.series[0].y, ElementsAre(5, 6));
}

TEST(Figures, ColumnsMarkOutliersAndLabelOnlyTheLargest) {
  std::vector<float> maxima(100, 1.0f);
  Outliers outliers{.median = 1, .mad = 0.1, .threshold = 1.6, .indices = {}};
  for (std::uint64_t i = 0; i < 20; ++i) {
    maxima[i * 5] = 2.0f + static_cast<float>(i);
    outliers.indices.push_back(i * 5);
  }
  const Figure figure = columnsFigure("w", maxima, outliers);
  const Series& columns = figure.series[0];
  EXPECT_EQ(std::ranges::count(columns.marked, true), 20);
  EXPECT_EQ(columns.labels[95], "95");
  EXPECT_EQ(columns.labels[0], "");
  EXPECT_EQ(std::ranges::count_if(columns.labels, [](const auto& label) { return !label.empty(); }), 12);
  EXPECT_THAT(figure.series[1].y, ElementsAre(1.6, 1.6));
  EXPECT_THAT(figure.notes, Contains("20 of 100 columns beyond 6 scaled MADs"));
}

TEST(Figures, ColumnsWithoutAThresholdDrawNone) {
  const std::vector<float> maxima(4, std::numeric_limits<float>::infinity());
  const Outliers none{.threshold = std::numeric_limits<double>::infinity(), .indices = {}};
  const Figure figure = columnsFigure("w", maxima, none);
  EXPECT_EQ(figure.series.size(), 1u);
  EXPECT_THAT(figure.notes, ElementsAre("no outliers called: values beyond float32"));
}

TEST(Figures, ParetoFrontDropsWhatIsBeatenInBothBitsAndError) {
  const std::vector schemes{scheme("q8", 8.5, 45),
                            scheme("row8", 8.08, 41),
                            scheme("fp8", 8.08, 31),
                            scheme("q4", 4.5, 21),
                            scheme("same", 4.5, 21),
                            scheme("worse", 5, 20),
                            scheme("exact", 16, std::numeric_limits<double>::infinity())};
  EXPECT_THAT(paretoFront(schemes), ElementsAre(3, 1, 0));
  const Figure figure = errorAgainstSizeFigure("w", schemes, "q4");
  EXPECT_THAT(figure.series[0].x, ElementsAre(4.5, 8.08, 8.5));
  EXPECT_THAT(figure.series[1].labels, ElementsAre("q8", "row8", "fp8", "q4", "same", "worse"));
  EXPECT_THAT(figure.series[1].marked, ElementsAre(false, false, false, true, false, false));
  EXPECT_THAT(figure.notes, ElementsAre(HasSubstr("1 schemes")));
}

TEST(Figures, ErrorAgainstSizeCanBeThatOfTheOutputs) {
  std::vector schemes{scheme("a", 8, 45), scheme("b", 4, 20), scheme("unknown", 4, 21)};
  schemes[0].weightedError = WeightedError{.relative = 1e-3, .decibel = 30};
  schemes[1].weightedError = WeightedError{.relative = 1e-4, .decibel = 40};
  EXPECT_THAT(paretoFront(schemes, ErrorBasis::Outputs), ElementsAre(1));
  const Figure figure = errorAgainstSizeFigure("w", schemes, "a", ErrorBasis::Outputs);
  EXPECT_THAT(figure.series[1].y, ElementsAre(30, 40));
  EXPECT_THAT(figure.y.title, HasSubstr("outputs"));
}

TEST(Figures, InputsAreCountedAndCutOffWhereARangeEnds) {
  LayerCalibration layer;
  layer.columns = 2;
  layer.samples = 3;
  layer.inputs = {-1, 2, 0.5f, 0, -8, 4};
  const auto survey = surveyActivations(layer, {});
  ASSERT_TRUE(survey);
  ASSERT_EQ(survey->dynamic.size(), 2u);
  EXPECT_EQ(survey->dynamic[0].least, 0.5) << "of vectors";
  EXPECT_EQ(survey->dynamic[0].median, 2);
  EXPECT_EQ(survey->dynamic[0].largest, 8);
  EXPECT_EQ(std::accumulate(survey->histogram.counts.begin(), survey->histogram.counts.end(), 0u), 6u);
  const Figure figure = activationFigure("layer", *survey, &survey->ranges.front());
  ASSERT_EQ(figure.series.size(), 3u);
  EXPECT_EQ(figure.series[1].x, (std::vector<double>{-8, -8}));
  EXPECT_EQ(figure.series[2].x, (std::vector<double>{4, 4}));
  const Figure all = activationFigure("layer", *survey, nullptr);
  ASSERT_EQ(all.series.size(), 1 + 2 * survey->ranges.size());
  EXPECT_EQ(all.series[2].x, (std::vector<double>{4, 4}));
  layer.inputs.clear();
  EXPECT_EQ(surveyActivations(layer, {}).error().code, Errc::Unsupported);
}

TEST(Figures, HeatMapSaysWhatACellStandsFor) {
  const HeatMap map{
      .matrix = {8, 12}, .cellRows = 4, .cellColumns = 4, .rows = 2, .columns = 3, .values = {1, 2, 3, 4, 5, 6}};
  const MapFigure figure = heatMapFigure("w", map);
  EXPECT_EQ(figure.values.size(), 6u);
  EXPECT_THAT(figure.notes, Contains("a cell is the value of largest magnitude of 4 × 4"));
}

}  // namespace
}  // namespace ulpscope
