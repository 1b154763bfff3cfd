// SPDX-License-Identifier: Apache-2.0
#include "core/report/error_lines_figure.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/checked.h"
#include "core/base/text.h"

namespace ulpscope {
namespace {

constexpr std::uint64_t kMostBars = 32'768;
constexpr std::size_t kNamed = 3;

/// Neighbours that share a bar.
std::uint64_t linesPerBar(std::size_t lines) { return divideRoundingUp(std::uint64_t{lines}, kMostBars); }

/// Whether line `a` is worse than `b`; of equal ones the first.
auto worseIn(std::span<const double> rmse) {
  return [rmse](std::uint64_t a, std::uint64_t b) {
    const double errorA = std::isnan(rmse[a]) ? -1 : rmse[a];
    const double errorB = std::isnan(rmse[b]) ? -1 : rmse[b];
    return errorA != errorB ? errorA > errorB : a < b;
  };
}

std::vector<std::uint64_t> worst(std::span<const double> rmse, std::size_t count) {
  std::vector<std::uint64_t> lines(rmse.size());
  std::iota(lines.begin(), lines.end(), std::uint64_t{0});
  const auto end = lines.begin() + static_cast<std::ptrdiff_t>(std::min(count, lines.size()));
  if (end != lines.end()) std::ranges::nth_element(lines, end, worseIn(rmse));
  lines.erase(end, lines.end());
  std::ranges::sort(lines, worseIn(rmse));
  return lines;
}

Outliers outliersOf(std::span<const double> rmse, std::span<const std::uint64_t> bars) {
  std::vector<float> errors;
  for (const std::uint64_t line : bars) errors.push_back(static_cast<float>(rmse[line]));
  return findOutliers(errors);
}

std::string placed(const ErrorLines& lines, std::uint64_t line) {
  return lines.place ? fmt::format("{} at {}", line, lines.place(line)) : std::to_string(line);
}

/// "worst: column 305 (0.0123), 17 (0.0118), 9 (0.0101)".
std::string worstText(const ErrorLines& lines, std::span<const std::uint64_t> named) {
  std::string text = "worst: " + lines.line;
  for (const std::uint64_t line : named)
    text += fmt::format("{} {} ({:.3g})", line == named.front() ? "" : ",", placed(lines, line), lines.rmse[line]);
  return text;
}

}  // namespace

std::vector<std::uint64_t> errorBars(std::span<const double> rmse, LineOrder order) {
  if (order == LineOrder::LargestFirst) return worst(rmse, kMostBars);
  const std::uint64_t perBar = std::max<std::uint64_t>(1, linesPerBar(rmse.size()));
  std::vector<std::uint64_t> bars;
  for (std::uint64_t first = 0; first < rmse.size(); first += perBar) {
    std::uint64_t line = first;
    for (std::uint64_t other = first + 1; other < std::min<std::uint64_t>(rmse.size(), first + perBar); ++other)
      if (worseIn(rmse)(other, line)) line = other;
    bars.push_back(line);
  }
  return bars;
}

Figure errorByLineFigure(std::string_view scheme, const ErrorLines& lines, LineOrder order) {
  const std::span<const double> rmse = lines.rmse;
  const bool isSorted = order == LineOrder::LargestFirst;
  const std::uint64_t perBar = linesPerBar(rmse.size());
  Figure figure{.title = fmt::format("Error by {} of {}", lines.line, scheme),
                .x = {.title = isSorted ? fmt::format("{}s, worst first", lines.line) : lines.line},
                .y = {.title = "root mean squared error"}};
  const std::vector<std::uint64_t> stored = errorBars(rmse, LineOrder::AsStored);
  const std::vector<std::uint64_t> bars = isSorted ? errorBars(rmse, order) : stored;
  const Outliers outliers = outliersOf(rmse, stored);
  std::vector<std::uint64_t> named = worst(rmse, kNamed);
  std::erase_if(named, [&](std::uint64_t line) { return !(rmse[line] > 0); });
  if (!named.empty()) figure.notes.push_back(worstText(lines, named));
  if (perBar > 1)
    figure.notes.push_back(isSorted
                               ? fmt::format("the worst {} of {}", groupedDigits(kMostBars), groupedDigits(rmse.size()))
                               : fmt::format("a bar is the worst of {} {}s", perBar, lines.line));
  else if (!outliers.indices.empty())
    figure.notes.push_back(fmt::format("{} of {} {}s beyond {} scaled MADs", groupedDigits(outliers.indices.size()),
                                       groupedDigits(rmse.size()), lines.line, shortest(outliers.deviations)));

  Series series{
      .kind = Series::Kind::Bars, .name = "root mean squared error", .labels = std::vector<std::string>(bars.size())};
  const bool needsNames = isSorted || perBar > 1 || lines.place;
  for (std::size_t bar = 0; bar < bars.size(); ++bar) {
    const std::uint64_t line = bars[bar];
    series.x.push_back(static_cast<double>(isSorted ? bar : bar * perBar));
    series.y.push_back(rmse[line]);
    series.marked.push_back(rmse[line] > outliers.threshold);
    if (std::ranges::find(named, line) != named.end()) series.labels[bar] = std::to_string(line);
    if (needsNames) series.names.push_back(fmt::format("{} {}", lines.line, placed(lines, line)));
  }
  series.x.push_back(static_cast<double>(isSorted ? bars.size() : rmse.size()));
  figure.series.push_back(std::move(series));
  return figure;
}

Figure errorByColumnFigure(const QuantizationReport& report) {
  return errorByLineFigure(report.scheme, {.line = "column", .rmse = report.columnRmse});
}

}  // namespace ulpscope
