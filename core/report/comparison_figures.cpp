// SPDX-License-Identifier: Apache-2.0
#include "core/report/comparison_figures.h"

#include <fmt/format.h>

#include <numeric>

#include "core/base/text.h"

namespace ulpscope {
namespace {

/// A staircase over the bins, so that two of them can lie over each other.
Series staircase(std::string_view name, const Histogram& histogram) {
  Series line{.kind = Series::Kind::Line, .name = printable(name)};
  const auto all = std::accumulate(histogram.counts.begin(), histogram.counts.end(), std::uint64_t{0});
  for (std::size_t bin = 0; all > 0 && bin < histogram.counts.size(); ++bin) {
    const double share = static_cast<double>(histogram.counts[bin]) / static_cast<double>(all);
    line.x.insert(line.x.end(), {histogram.edges[bin], histogram.edges[bin + 1]});
    line.y.insert(line.y.end(), {share, share});
  }
  return line;
}

}  // namespace

Figure comparedValuesFigure(std::string_view first, std::string_view second, const TensorComparison& comparison) {
  Figure figure{.title = fmt::format("{} and {}", printable(first), printable(second)),
                .x = {.title = "value"},
                .y = {.title = "share of elements"}};
  for (Series& line : std::vector{staircase(first, comparison.first), staircase(second, comparison.second)})
    if (!line.x.empty()) figure.series.push_back(std::move(line));
  return figure;
}

Figure differencesFigure(const TensorComparison& comparison) {
  Figure figure{.title = "differences", .x = {.title = "difference"}, .y = {.title = "count", .logarithmic = true}};
  const Histogram& histogram = comparison.differences;
  if (histogram.counts.empty()) return figure;
  Series bars{.kind = Series::Kind::Bars, .name = "differences"};
  bars.x = histogram.edges;
  bars.y.assign(histogram.counts.begin(), histogram.counts.end());
  figure.series.push_back(std::move(bars));
  return figure;
}

}  // namespace ulpscope
