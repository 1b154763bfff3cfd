// SPDX-License-Identifier: Apache-2.0
#include "core/report/activation_figure.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/text.h"

namespace ulpscope {
namespace {

constexpr std::size_t kBins = 257;  ///< odd: zeros share the middle one of a symmetric range

struct Extremes {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  double leastOfVectors = std::numeric_limits<double>::infinity();
  double largestOfVectors = 0;
};

Extremes extremesOf(const LayerCalibration& layer) {
  Extremes extremes;
  for (std::uint64_t vector = 0; vector < layer.kept(); ++vector) {
    double largest = 0;
    for (std::uint64_t column = 0; column < layer.columns; ++column) {
      const double x = static_cast<double>(layer.inputs[vector * layer.columns + column]);
      if (!std::isfinite(x)) continue;
      extremes.low = std::min(extremes.low, x);
      extremes.high = std::max(extremes.high, x);
      largest = std::max(largest, std::fabs(x));
    }
    extremes.leastOfVectors = std::min(extremes.leastOfVectors, largest);
    extremes.largestOfVectors = std::max(extremes.largestOfVectors, largest);
  }
  return extremes;
}

}  // namespace

Result<ActivationSurvey> surveyActivations(const LayerCalibration& layer, const JobContext& job) {
  auto ranges = activationRanges(layer, {}, job);
  if (!ranges) return tl::unexpected(std::move(ranges).error());
  const Extremes extremes = extremesOf(layer);
  if (!(extremes.low <= extremes.high))
    return fail(Errc::Unsupported, "finite inputs expected, found none", layer.source);
  LinearBins bins(extremes.low, extremes.high, kBins);
  for (const float x : layer.inputs) bins.add(static_cast<double>(x));
  return ActivationSurvey{.histogram = std::move(bins).take(),
                          .ranges = *std::move(ranges),
                          .leastOfVectors = extremes.leastOfVectors,
                          .largestOfVectors = extremes.largestOfVectors};
}

Figure activationFigure(std::string_view layer, const ActivationSurvey& survey, const ActivationRange& range) {
  Figure figure{.title = fmt::format("Inputs of {}: {}", printable(layer), range.title),
                .x = {.title = "input"},
                .y = {.title = "count", .logarithmic = true}};
  Series bars{.kind = Series::Kind::Bars, .name = "count", .x = survey.histogram.edges};
  for (const std::uint64_t count : survey.histogram.counts) bars.y.push_back(static_cast<double>(count));
  const double highest = *std::ranges::max_element(bars.y);
  figure.series.push_back(std::move(bars));
  for (const double end : {range.low, range.high})
    figure.series.push_back(
        {.kind = Series::Kind::Guide, .name = fmt::format("{:.4g}", end), .x = {end, end}, .y = {1, highest}});
  return figure;
}

}  // namespace ulpscope
