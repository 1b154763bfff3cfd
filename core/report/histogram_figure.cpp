// SPDX-License-Identifier: Apache-2.0
#include "core/report/histogram_figure.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "core/base/text.h"
#include "core/report/figures.h"
#include "core/report/short_names.h"

namespace ulpscope {
namespace {

constexpr int kBinsPerOctave = 4;
constexpr std::size_t kMostOverlaidBins = 4096;  ///< more are not told apart in lines, and cost each of them its time

ValueRange rangeOf(const TensorSource& source, const TensorProfile& profile, HistogramRange range) {
  const Statistics& s = profile.statistics;
  return range == HistogramRange::Whole ? ValueRange{s.min, s.max} : quantileRange(source, profile, kHistogramTail);
}

/// In bins over `shown`, which is not looked at for exponent axes.
Result<Figure> measureOver(const TensorSource& source, const TensorProfile& profile, HistogramAxes axes,
                           ValueRange shown, std::size_t bins, const JobContext& job) {
  const std::string& name = source.info().name;
  const Statistics& s = profile.statistics;
  const bool isLogarithmic = axes == HistogramAxes::LogarithmicCount;
  if (s.finite == 0) return histogramFigure(name, {}, s.kinds, isLogarithmic);
  if (axes == HistogramAxes::Exponent) {
    const auto histogram = exponentHistogram(source, profile, kBinsPerOctave, job);
    if (!histogram) return tl::unexpected(histogram.error());
    return exponentHistogramFigure(name, *histogram, s.kinds);
  }
  const auto histogram = linearHistogram(source, profile, shown.lower, shown.upper, bins, job);
  if (!histogram) return tl::unexpected(histogram.error());
  Figure figure = histogramFigure(name, *histogram, s.kinds, isLogarithmic);
  markBeyond(figure, valueFences(source, profile));
  return figure;
}

/// Of all tensors that have finite values.
ValueRange commonRange(std::span<const HistogramSubject> tensors, HistogramRange range) {
  ValueRange common{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  for (const HistogramSubject& tensor : tensors) {
    if (tensor.profile->statistics.finite == 0) continue;
    const ValueRange own = rangeOf(tensor.source, *tensor.profile, range);
    common = {std::min(common.lower, own.lower), std::max(common.upper, own.upper)};
  }
  return common;
}

void toShares(Series& series, std::uint64_t elements) {
  for (double& count : series.y) count /= static_cast<double>(std::max<std::uint64_t>(1, elements));
}

}  // namespace

Result<Figure> measureHistogram(const TensorSource& source, const TensorProfile& profile, HistogramAxes axes,
                                HistogramRange range, const JobContext& job, std::size_t bins) {
  const ValueRange shown = profile.statistics.finite == 0 ? ValueRange{} : rangeOf(source, profile, range);
  return measureOver(source, profile, axes, shown, bins, job);
}

Result<Figure> measureHistograms(std::span<const HistogramSubject> tensors, HistogramAxes axes, HistogramRange range,
                                 const JobContext& job, std::size_t bins) {
  const HistogramSubject& first = tensors.front();
  if (tensors.size() == 1) return measureHistogram(first.source, *first.profile, axes, range, job, bins);
  std::vector<std::string> names;
  for (const HistogramSubject& tensor : tensors) names.push_back(tensor.source.info().name);
  names = shortNames(names);
  const bool isCapped = bins > kMostOverlaidBins && axes != HistogramAxes::Exponent;
  bins = std::min(bins, kMostOverlaidBins);
  const ValueRange shown = commonRange(tensors, range);
  Figure figure;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    auto measured = measureOver(tensors[i].source, *tensors[i].profile, axes, shown, bins, job);
    if (!measured) return measured;
    for (Series& series : measured->series) {
      series.name = printable(names[i]);
      toShares(series, tensors[i].source.info().elements);
      if (i > 0) {
        series.kind = Series::Kind::Steps;
        series.marked.clear();
      }
    }
    if (i == 0)
      figure = std::move(*measured);
    else
      std::ranges::move(measured->series, std::back_inserter(figure.series));
  }
  figure.title += fmt::format(" and {} more", tensors.size() - 1);
  figure.y.title = "share of each tensor's elements";
  figure.notes.push_back(fmt::format("bars: {}", printable(names[0])));
  if (isCapped) figure.notes.push_back(fmt::format("{} bins: with other tensors no more", groupedDigits(bins)));
  return figure;
}

}  // namespace ulpscope
