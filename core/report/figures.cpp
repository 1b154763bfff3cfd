// SPDX-License-Identifier: Apache-2.0
#include "core/report/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/base/text.h"

namespace ulpscope {
namespace {

/// Outlier labels in a figure; beyond that they would only hide each other.
constexpr std::size_t kMostLabels = 12;

std::vector<double> asDoubles(const std::vector<std::uint64_t>& counts) { return {counts.begin(), counts.end()}; }

/// 0, 1, ..., count: the edges of one bar an index.
std::vector<double> indexEdges(std::size_t count) {
  std::vector<double> edges(count + 1);
  std::iota(edges.begin(), edges.end(), 0.0);
  return edges;
}

void noteBeyond(Figure& figure, const Histogram& histogram) {
  const std::uint64_t beyond = histogram.below + histogram.above;
  if (beyond > 0) figure.notes.push_back(fmt::format("{} values beyond", groupedDigits(beyond)));
}

void noteKinds(Figure& figure, const ValueCounts& kinds) {
  for (const auto& [name, count] : {std::pair{"zero", kinds.zero},
                                    {"subnormal", kinds.subnormal},
                                    {"NaN", kinds.nan},
                                    {"Inf", kinds.positiveInfinity + kinds.negativeInfinity}})
    figure.notes.push_back(fmt::format("{} {}", name, groupedDigits(count)));
}

/// Largest magnitude of each line ("column", "row"), outlier lines marked, the largest of them labelled.
Figure linesFigure(std::string_view tensor, std::string_view line, std::span<const float> absMaxima,
                   const Outliers& outliers, LineOrder order) {
  const bool isSorted = order == LineOrder::LargestFirst;
  Figure figure{.title = fmt::format("{}s of {}", line == "row" ? "Row" : "Column", printable(tensor)),
                .x = {.title = isSorted ? fmt::format("{}s, largest first", line) : std::string(line)},
                .y = {.title = "largest |value|"}};
  if (std::isfinite(outliers.threshold)) {
    figure.notes.push_back(fmt::format("{} of {} {}s beyond {} scaled MADs", groupedDigits(outliers.indices.size()),
                                       groupedDigits(absMaxima.size()), line, shortest(outliers.deviations)));
    figure.notes.push_back(fmt::format("median {:.4g}, scaled MAD {:.4g}, threshold {:.4g}", outliers.median,
                                       outliers.mad, outliers.threshold));
  } else {
    figure.notes.push_back("no outliers called: values beyond float32");
  }
  const std::vector<std::uint64_t> lines = linesInOrder(absMaxima, order);
  std::vector<bool> isOutlier(absMaxima.size());
  for (const std::uint64_t index : outliers.indices) isOutlier[index] = true;
  std::vector<std::uint64_t> largest = outliers.indices;
  std::ranges::stable_sort(largest, std::greater{}, [&](std::uint64_t index) { return absMaxima[index]; });
  largest.resize(std::min(largest.size(), kMostLabels));
  Series bars{.kind = Series::Kind::Bars,
              .name = "largest |value|",
              .x = indexEdges(absMaxima.size()),
              .labels = std::vector<std::string>(absMaxima.size())};
  for (std::size_t bar = 0; bar < lines.size(); ++bar) {
    const std::uint64_t index = lines[bar];
    bars.y.push_back(static_cast<double>(absMaxima[index]));
    bars.marked.push_back(isOutlier[index]);
    if (isOutlier[index] && std::ranges::find(largest, index) != largest.end())
      bars.labels[bar] = std::to_string(index);
    if (isSorted) bars.names.push_back(fmt::format("{} {}", line, index));
  }
  figure.series.push_back(std::move(bars));
  if (std::isfinite(outliers.threshold))
    figure.series.push_back({.kind = Series::Kind::Guide,
                             .name = "threshold",
                             .x = {0, static_cast<double>(absMaxima.size())},
                             .y = {outliers.threshold, outliers.threshold}});
  return figure;
}

/// In dB; NaN where there is none.
double signalToNoise(const SchemeComparison& scheme, ErrorBasis basis) {
  if (basis == ErrorBasis::Weights) return scheme.metrics.signalToNoiseDb;
  return scheme.weightedError ? scheme.weightedError->decibel : std::numeric_limits<double>::quiet_NaN();
}

bool isComparable(const SchemeComparison& scheme, ErrorBasis basis) {
  return scheme.error.empty() && std::isfinite(signalToNoise(scheme, basis));
}

}  // namespace

Figure histogramFigure(std::string_view tensor, const Histogram& histogram, const ValueCounts& kinds,
                       bool logarithmicCount) {
  Figure figure{.title = fmt::format("Histogram of {}", printable(tensor)),
                .x = {.title = "value"},
                .y = {.title = "count", .logarithmic = logarithmicCount}};
  noteKinds(figure, kinds);
  noteBeyond(figure, histogram);
  figure.below = histogram.below;
  figure.above = histogram.above;
  figure.series.push_back(
      {.kind = Series::Kind::Bars, .name = "count", .x = histogram.edges, .y = asDoubles(histogram.counts)});
  return figure;
}

Figure exponentHistogramFigure(std::string_view tensor, const ExponentHistogram& histogram, const ValueCounts& kinds) {
  Figure figure{.title = fmt::format("Magnitudes of {}", printable(tensor)),
                .x = {.title = "|value|", .logarithmic = true},
                .y = {.title = "count"}};
  noteKinds(figure, kinds);
  Series both{.kind = Series::Kind::Bars, .name = "count"};
  const Histogram& positive = histogram.positive;
  const Histogram& negative = histogram.negative;
  both.x = positive.edges.empty() ? negative.edges : positive.edges;
  both.y.resize(both.x.empty() ? 0 : both.x.size() - 1);
  for (std::size_t i = 0; i < both.y.size(); ++i)
    both.y[i] = static_cast<double>((i < positive.counts.size() ? positive.counts[i] : 0) +
                                    (i < negative.counts.size() ? negative.counts[i] : 0));
  figure.series.push_back(std::move(both));
  return figure;
}

void markBeyond(Figure& histogram, const ValueFences& fences) {
  bool any = false;
  for (Series& bars : histogram.series) {
    if (bars.kind != Series::Kind::Bars) continue;
    bars.marked.resize(bars.y.size());
    for (std::size_t i = 0; i < bars.y.size(); ++i) {
      bars.marked[i] = bars.x[i] >= fences.upper() || bars.x[i + 1] <= fences.lower();
      any = any || (bars.marked[i] && bars.y[i] > 0);
    }
    if (!any) bars.marked.clear();
  }
  if (any)
    histogram.notes.push_back(fmt::format("marked: beyond {} scaled MADs of the median, {:.4g} to {:.4g}",
                                          shortest(fences.deviations), fences.lower(), fences.upper()));
}

std::vector<std::uint64_t> linesInOrder(std::span<const float> absMaxima, LineOrder order) {
  std::vector<std::uint64_t> lines(absMaxima.size());
  std::iota(lines.begin(), lines.end(), std::uint64_t{0});
  if (order == LineOrder::LargestFirst)
    std::ranges::stable_sort(lines, std::greater{}, [&](std::uint64_t index) { return absMaxima[index]; });
  return lines;
}

Figure columnsFigure(std::string_view tensor, std::span<const float> columnAbsMax, const Outliers& outliers,
                     LineOrder order) {
  return linesFigure(tensor, "column", columnAbsMax, outliers, order);
}

Figure rowsFigure(std::string_view tensor, std::span<const float> rowAbsMax, const Outliers& outliers,
                  LineOrder order) {
  return linesFigure(tensor, "row", rowAbsMax, outliers, order);
}

MapFigure heatMapFigure(std::string_view tensor, const HeatMap& map) {
  const bool isPooled = map.cellRows > 1 || map.cellColumns > 1;
  MapFigure figure{.title = fmt::format("Heat map of {}", printable(tensor)),
                   .rowTitle = "row",
                   .columnTitle = "column",
                   .valueTitle = "value",
                   .rows = map.rows,
                   .columns = map.columns,
                   .values = map.values,
                   .isSigned = true};
  figure.notes.push_back(fmt::format("{} × {} values from [{}, {}]", groupedDigits(map.matrix.rows),
                                     groupedDigits(map.matrix.columns), map.firstRow, map.firstColumn));
  if (isPooled) {
    figure.rowTitle = fmt::format("row / {}", map.cellRows);
    figure.columnTitle = fmt::format("column / {}", map.cellColumns);
    figure.notes.push_back(
        fmt::format("a cell is the value of largest magnitude of {} × {}", map.cellRows, map.cellColumns));
  }
  const auto notFinite = std::ranges::count_if(map.values, [](float value) { return !std::isfinite(value); });
  if (notFinite > 0) figure.notes.push_back(fmt::format("{} cells are not finite", notFinite));
  return figure;
}

Figure errorHistogramFigure(const QuantizationReport& report) {
  Figure figure{.title = fmt::format("Rounding error of {}", report.scheme),
                .x = {.title = "restored - original"},
                .y = {.title = "count"}};
  figure.notes.push_back(fmt::format("RMSE {:.4g}, largest {:.4g} at element {}", report.metrics.rootMeanSquaredError,
                                     report.metrics.maxAbsoluteError, report.metrics.maxAt));
  if (report.metrics.excluded > 0)
    figure.notes.push_back(
        fmt::format("{} elements without an error left out", groupedDigits(report.metrics.excluded)));
  noteBeyond(figure, report.errorHistogram);
  figure.series.push_back({.kind = Series::Kind::Bars,
                           .name = "count",
                           .x = report.errorHistogram.edges,
                           .y = asDoubles(report.errorHistogram.counts)});
  return figure;
}

Figure errorAgainstSizeFigure(std::string_view tensor, std::span<const SchemeComparison> schemes,
                              std::string_view chosen, ErrorBasis basis) {
  Figure figure{
      .title = fmt::format("Error against size, {}", printable(tensor)),
      .x = {.title = "true bits per weight"},
      .y = {.title = basis == ErrorBasis::Weights ? "signal to noise (dB)" : "signal to noise of the outputs (dB)"}};
  Series points{.kind = Series::Kind::Points, .name = "schemes"};
  std::size_t leftOut = 0;
  for (const SchemeComparison& scheme : schemes) {
    if (!isComparable(scheme, basis)) {
      ++leftOut;
      continue;
    }
    points.x.push_back(scheme.bitsPerWeight);
    points.y.push_back(signalToNoise(scheme, basis));
    points.labels.push_back(scheme.title);
    points.marked.push_back(scheme.scheme == chosen);
  }
  if (leftOut > 0)
    figure.notes.push_back(fmt::format("{} schemes do not fit this tensor or leave no finite ratio", leftOut));
  Series front{.kind = Series::Kind::Guide, .name = "Pareto front"};
  for (const std::size_t index : paretoFront(schemes, basis)) {
    front.x.push_back(schemes[index].bitsPerWeight);
    front.y.push_back(signalToNoise(schemes[index], basis));
  }
  figure.series.push_back(std::move(front));
  figure.series.push_back(std::move(points));
  return figure;
}

std::vector<std::size_t> paretoFront(std::span<const SchemeComparison> schemes, ErrorBasis basis) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < schemes.size(); ++i)
    if (isComparable(schemes[i], basis)) order.push_back(i);
  // Fewest bits first, and the best of equal bits before the others, which the sweep then drops.
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    return std::pair{schemes[a].bitsPerWeight, -signalToNoise(schemes[a], basis)} <
           std::pair{schemes[b].bitsPerWeight, -signalToNoise(schemes[b], basis)};
  });
  std::vector<std::size_t> front;
  for (const std::size_t index : order)
    if (front.empty() || signalToNoise(schemes[index], basis) > signalToNoise(schemes[front.back()], basis))
      front.push_back(index);
  return front;
}

}  // namespace ulpscope
