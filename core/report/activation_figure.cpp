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
};

Extremes extremesOf(const LayerCalibration& layer) {
  Extremes extremes;
  for (const float value : layer.inputs) {
    const double x{value};
    if (!std::isfinite(x)) continue;
    extremes.low = std::min(extremes.low, x);
    extremes.high = std::max(extremes.high, x);
  }
  return extremes;
}

}  // namespace

Result<ActivationSurvey> surveyActivations(const LayerCalibration& layer, const JobContext& job) {
  const Extremes extremes = extremesOf(layer);
  if (!(extremes.low <= extremes.high))
    return fail(Errc::Unsupported, "finite inputs expected, found none", layer.source);
  const RangeOptions options;
  auto ranges = activationRanges(layer, options, job);
  if (!ranges) return tl::unexpected(std::move(ranges).error());
  auto dynamic = dynamicRanges(layer, options.bits, job);
  if (!dynamic) return tl::unexpected(std::move(dynamic).error());
  LinearBins bins(extremes.low, extremes.high, kBins);
  for (const float x : layer.inputs) bins.add(static_cast<double>(x));
  return ActivationSurvey{.histogram = std::move(bins).take(),
                          .ranges = *std::move(ranges),
                          .dynamic = *std::move(dynamic),
                          .bits = options.bits};
}

Figure activationFigure(std::string_view layer, const ActivationSurvey& survey, const ActivationRange* range) {
  Figure figure{.title = fmt::format("Inputs of {}: {}", printable(layer), range ? range->title : "all ranges"),
                .x = {.title = "input"},
                .y = {.title = "count", .logarithmic = true}};
  Series bars{.kind = Series::Kind::Bars, .name = "count", .x = survey.histogram.edges};
  for (const std::uint64_t count : survey.histogram.counts) bars.y.push_back(static_cast<double>(count));
  const double highest = *std::ranges::max_element(bars.y);
  figure.series.push_back(std::move(bars));
  const auto guide = [&](double at, std::string name) {
    figure.series.push_back({.kind = Series::Kind::Guide, .name = std::move(name), .x = {at, at}, .y = {1, highest}});
  };
  if (range)
    for (const double end : {range->low, range->high}) guide(end, fmt::format("{:.4g}", end));
  else
    for (const ActivationRange& each : survey.ranges) {
      guide(each.low, "");  // names would take the room of the histogram
      guide(each.high, "");
    }
  return figure;
}

}  // namespace ulpscope
