// SPDX-License-Identifier: Apache-2.0
#include "core/report/histogram_figure.h"

#include "core/report/figures.h"

namespace ulpscope {
namespace {

constexpr std::size_t kBins = 256;
constexpr int kBinsPerOctave = 4;

}  // namespace

Result<Figure> measureHistogram(const TensorSource& source, const TensorProfile& profile, HistogramAxes axes,
                                HistogramRange range, const JobContext& job) {
  const std::string& name = source.info().name;
  const Statistics& s = profile.statistics;
  const bool isLogarithmic = axes == HistogramAxes::LogarithmicCount;
  if (s.finite == 0) return histogramFigure(name, {}, s.kinds, isLogarithmic);
  if (axes == HistogramAxes::Exponent) {
    const auto histogram = exponentHistogram(source, profile, kBinsPerOctave, job);
    if (!histogram) return tl::unexpected(histogram.error());
    return exponentHistogramFigure(name, *histogram, s.kinds);
  }
  const ValueRange shown =
      range == HistogramRange::Whole ? ValueRange{s.min, s.max} : quantileRange(source, profile, kHistogramTail);
  const auto histogram = linearHistogram(source, profile, shown.lower, shown.upper, kBins, job);
  if (!histogram) return tl::unexpected(histogram.error());
  return histogramFigure(name, *histogram, s.kinds, isLogarithmic);
}

}  // namespace ulpscope
