// SPDX-License-Identifier: Apache-2.0
// Histograms of one tensor and of several; the expected counts are taken one value after the other.
#include "core/report/histogram_figure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/backend/backend.h"
#include "core/report/figures.h"
#include "core/report/short_names.h"
#include "tests/core/analysis/cubed_noise.h"

namespace ulpscope {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

HistogramSubject subject(std::string name, std::vector<float> values) {
  const std::uint64_t size = values.size();
  TensorSource source = tensorFromFloats(std::move(name), {size}, values);
  auto profile = profileTensor(source, *makeReferenceBackend(), {});
  return {source, std::make_shared<const TensorProfile>(std::move(*profile))};
}

Figure measured(const HistogramSubject& tensor, HistogramAxes axes, HistogramRange range, std::size_t bins = 256) {
  auto figure = measureHistogram(tensor.source, *tensor.profile, axes, range, {}, bins);
  EXPECT_TRUE(figure);
  return figure ? *figure : Figure();
}

double sum(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

/// Roughly normal, of deviation 1, and two values far out.
std::vector<float> bellWithOutliers() {
  std::vector<float> values;
  for (int i = 0; i < 4000; ++i) values.push_back(float(std::sin(i * 0.7) + std::sin(i * 1.3) * 0.8));
  values.push_back(100);
  values.push_back(-90);
  return values;
}

TEST(HistogramFigure, CountsInAsManyBinsAsAskedFor) {
  const auto tensor = subject("w", cubedNoise(10'000));
  for (const std::size_t bins : {64u, 4096u, 1'048'576u}) {
    const Figure figure = measured(tensor, HistogramAxes::Linear, HistogramRange::Whole, bins);
    ASSERT_EQ(figure.series[0].y.size(), bins);
    EXPECT_EQ(sum(figure.series[0].y), 10'000);
  }
}

TEST(HistogramFigure, MarksBarsBeyondSixDeviationsAndSaysSo) {
  const auto tensor = subject("w", bellWithOutliers());
  const Figure figure = measured(tensor, HistogramAxes::LogarithmicCount, HistogramRange::Whole);
  const Series& bars = figure.series[0];
  ASSERT_EQ(bars.marked.size(), bars.y.size());
  EXPECT_TRUE(bars.marked.front());
  EXPECT_TRUE(bars.marked.back());
  double marked = 0;
  for (std::size_t i = 0; i < bars.y.size(); ++i) marked += bars.marked[i] ? bars.y[i] : 0;
  EXPECT_EQ(marked, 2);
  EXPECT_THAT(figure.notes, Contains(HasSubstr("beyond 6 scaled MADs")));
}

TEST(HistogramFigure, MarksNothingWhereNothingIsFarOut) {
  for (std::vector<float> values : {std::vector<float>(100, 0.0f), std::vector<float>(100, -3.5f), {1, 2, 3, 4, 5}}) {
    const Figure figure = measured(subject("w", std::move(values)), HistogramAxes::Linear, HistogramRange::Whole);
    EXPECT_THAT(figure.series[0].marked, testing::Not(Contains(true)));
    EXPECT_THAT(figure.notes, testing::Not(Contains(HasSubstr("MAD"))));
  }
}

TEST(HistogramFigure, CountsWhatLiesBeyondEachEnd) {
  std::vector<float> values(100'000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = float(i % 1000) / 1000;
  for (int i = 0; i < 3; ++i) values[std::size_t(i)] = 50;
  values[10] = -50;
  const auto tensor = subject("w", values);
  const Figure figure = measured(tensor, HistogramAxes::Linear, HistogramRange::WithoutTails);
  EXPECT_EQ(figure.above, 3u);
  EXPECT_EQ(figure.below, 1u);
  const Figure whole = measured(tensor, HistogramAxes::Linear, HistogramRange::Whole);
  EXPECT_EQ(whole.above + whole.below, 0u);
}

TEST(HistogramFigure, HasNoBarsWithoutFiniteValues) {
  const auto tensor = subject("w", {NAN, INFINITY, -INFINITY});
  for (const auto axes : {HistogramAxes::Linear, HistogramAxes::LogarithmicCount, HistogramAxes::Exponent})
    for (const auto range : {HistogramRange::Whole, HistogramRange::WithoutTails}) {
      const Figure figure = measured(tensor, axes, range);
      for (const Series& series : figure.series) EXPECT_EQ(sum(series.y), 0);
      EXPECT_THAT(figure.notes, Contains("NaN 1"));
    }
}

TEST(HistogramFigure, OfZerosAndNegativesOnAnExponentAxisCountsMagnitudes) {
  const auto zeros = measured(subject("w", std::vector<float>(5)), HistogramAxes::Exponent, HistogramRange::Whole);
  for (const Series& series : zeros.series) EXPECT_EQ(sum(series.y), 0);
  const auto negative = measured(subject("w", {-2, -2, 2, 0, -0.5f}), HistogramAxes::Exponent, HistogramRange::Whole);
  EXPECT_EQ(sum(negative.series[0].y), 4);
  EXPECT_EQ(negative.series[0].y.back(), 3);
}

TEST(HistogramFigure, OfSeveralTensorsHasTheSameBinsAndSharesOfEach) {
  const std::vector<HistogramSubject> tensors = {subject("layer.0.query.weight", {0, 1, 2, 3}),
                                                 subject("layer.1.query.weight", {3, 3, 3, 3, 3, 8, NAN, 3})};
  const auto figure = measureHistograms(tensors, HistogramAxes::Linear, HistogramRange::Whole, {}, 8);
  ASSERT_TRUE(figure);
  ASSERT_EQ(figure->series.size(), 2u);
  EXPECT_EQ(figure->series[0].kind, Series::Kind::Bars);
  EXPECT_EQ(figure->series[1].kind, Series::Kind::Steps);
  EXPECT_EQ(figure->series[0].x, figure->series[1].x);
  EXPECT_EQ(figure->series[0].x.front(), 0);
  EXPECT_EQ(figure->series[0].x.back(), 8);
  EXPECT_EQ(figure->series[1].name, "layer.1");
  EXPECT_THAT(figure->series[0].y, ElementsAre(0.25, 0.25, 0.25, 0.25, 0, 0, 0, 0));
  EXPECT_THAT(figure->series[1].y, ElementsAre(0, 0, 0, 6.0 / 8, 0, 0, 0, 1.0 / 8));
  EXPECT_THAT(figure->y.title, HasSubstr("share"));
  const std::string svg = toSvg(*figure);
  EXPECT_THAT(svg, HasSubstr("layer.1"));
  EXPECT_THAT(toCsv(*figure), HasSubstr("layer.1,3,4,0.75"));
}

TEST(ValueFences, AreTheMedianAndTheScaledMadOfCodesAndNearlyThatOfFloats) {
  const std::vector<float> values = bellWithOutliers();
  const auto tensor = subject("w", values);
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  const double median = (sorted[2000] + sorted[2001]) / 2;
  std::vector<double> distances;
  for (const double value : sorted) distances.push_back(std::fabs(value - median));
  std::ranges::sort(distances);
  const double mad = 1.4826 * (distances[2000] + distances[2001]) / 2;
  const ValueFences fences = valueFences(tensor.source, *tensor.profile);
  const double bin = tensor.profile->folded.binWidth();
  EXPECT_NEAR(fences.median, median, bin);
  EXPECT_NEAR(fences.mad, mad, 2 * bin);
  EXPECT_EQ(fences.upper(), fences.median + 6 * fences.mad);
}

TEST(ShortNames, KeepWhatTellsThemApart) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(shortNames(Names{"encoder.layer.3.q.weight", "encoder.layer.11.q.weight"}), (Names{"layer.3", "layer.11"}));
  EXPECT_EQ(shortNames(Names{"h.0.q.weight", "h.0.k.weight"}), (Names{"q", "k"}));
  EXPECT_EQ(shortNames(Names{"a.weight", "a.b.weight"}), (Names{"weight", "b.weight"}));
  EXPECT_EQ(shortNames(Names{"a", "b"}), (Names{"a", "b"}));
  EXPECT_EQ(shortNames(Names{"a.b", "a.b"}), (Names{"a.b", "a.b"}));
  EXPECT_EQ(shortNames(Names{"a.b"}), (Names{"a.b"}));
  EXPECT_EQ(shortNames(Names{"a", "a.b"}), (Names{"a", "b"}));
}

}  // namespace
}  // namespace ulpscope
