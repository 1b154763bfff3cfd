// SPDX-License-Identifier: Apache-2.0
#include "core/report/matmul_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/formats/block_format.h"
#include "core/formats/number_format.h"

namespace ulpscope {
namespace {

constexpr std::size_t kMostMapCells = 512;

std::string_view titleOf(DriftBound::Kind kind) {
  switch (kind) {
    case DriftBound::Kind::Deterministic:
      return "bound";
    case DriftBound::Kind::Probabilistic:
      return "probable bound";
    case DriftBound::Kind::Truncated:
      break;
  }
  return "bound";
}

/// The error of one product at each K.
template <class ErrorOf>
Series errorLine(std::string name, std::span<const DriftPoint> points, const ErrorOf& errorOf) {
  Series line{.name = std::move(name)};
  for (const DriftPoint& point : points) {
    const ProductError* const found = errorOf(point);
    if (!found || !(found->relativeFrobenius > 0) || !std::isfinite(found->relativeFrobenius)) continue;
    line.x.push_back(std::log2(static_cast<double>(point.k)));
    line.y.push_back(found->relativeFrobenius);
  }
  return line;
}

Series ulpSteps(std::string name, const DenseMatrix& c, const DenseMatrix& reference) {
  const std::vector<std::uint64_t> counts = ulpHistogram(c, reference);
  Series steps{.kind = Series::Kind::Steps, .name = std::move(name)};
  for (std::size_t bin = 0; bin <= counts.size(); ++bin) steps.x.push_back(static_cast<double>(bin) - 2);
  for (const std::uint64_t count : counts) steps.y.push_back(static_cast<double>(count));
  return steps;
}

bool isIdeal(const MatrixEngine& engine) { return engine.evidence == MatrixEngine::Evidence::Definition; }

}  // namespace

std::string briefTitle(const EngineChoice& choice) {
  const MatrixEngine& engine = *choice.engine;
  const std::string_view title = engine.title;
  std::string name(title);
  if (const std::size_t generation = title.find(" ("); generation != std::string_view::npos && !isIdeal(engine)) {
    name = title.substr(0, generation);
    const bool hasSiblings = engine.id.find('-') != std::string_view::npos;  // of another instruction
    if (const std::size_t at = title.find("), "); at != std::string_view::npos && hasSiblings)
      name += fmt::format(" {}", title.substr(at + 3));
  }
  const bool namesFormat =
      !choice.unit->split && !choice.unit->scaling && !choice.unit->affine && engine.id != "float64";
  if (choice.unit->blocks)
    name = fmt::format("{} {}", findBlockFormat(choice.unit->format)->title, name);
  else if (namesFormat)
    name = fmt::format("{} {}", inputFormatOf(*choice.unit).info().title, name);
  if (choice.unit->slices) name += fmt::format(", {} slices", choice.slices());
  if (choice.halfSums) name += ", FP16 sums";
  if (choice.order) name += ", " + choice.order->id();
  return name;
}

std::string briefTitle(const DeviceProduct& product) {
  const NumberFormat* const format = findFormat(formatOf(product.operands));
  return fmt::format("{} measured{}", format ? format->info().title : "INT8", product.promotes ? ", promoted" : "");
}

Figure driftFigure(std::span<const EngineChoice> engines, std::span<const DriftPoint> points,
                   std::optional<std::size_t> bounded) {
  Figure figure{.title = "Error against K",
                .x = {.title = "K", .powersOfTwo = true},
                .y = {.title = "relative Frobenius error", .logarithmic = true}};
  for (std::size_t e = 0; e < engines.size(); ++e) {
    Series line =
        errorLine(briefTitle(engines[e]), points, [e](const DriftPoint& point) { return &point.engines[e].error; });
    if (line.x.empty() && !points.empty()) figure.notes.push_back(line.name + ": no error");
    figure.series.push_back(std::move(line));
  }
  if (points.empty()) return figure;
  for (const DriftPoint::Measured& one : points.back().measured) {
    Series line = errorLine(briefTitle(one.choice.product), points, [&](const DriftPoint& point) {
      const auto found = std::ranges::find(point.measured, one.choice, &DriftPoint::Measured::choice);
      return found == point.measured.end() ? nullptr : &found->error;
    });
    line.colourOf = one.choice.beside;
    if (line.x.empty()) figure.notes.push_back(line.name + ": no error");
    figure.series.push_back(std::move(line));
  }
  if (!bounded) return figure;
  const std::vector<DriftBound>& kinds = points.front().engines[*bounded].bounds;
  std::vector<std::string> whys;  // one each of kinds; empty: it holds everywhere
  for (std::size_t b = 0; b < kinds.size(); ++b) {
    Series guide{.kind = Series::Kind::Guide, .name = std::string(titleOf(kinds[b].kind))};
    std::string whyNot;
    for (const DriftPoint& point : points) {
      const DriftBound& bound = point.engines[*bounded].bounds[b];
      if (!bound.whyNot.empty()) whyNot = bound.whyNot;
      if (!bound.whyNot.empty() || !std::isfinite(bound.value) || bound.value <= 0) continue;
      guide.x.push_back(std::log2(static_cast<double>(point.k)));
      guide.y.push_back(bound.value);
    }
    whys.push_back(whyNot);
    if (!guide.x.empty()) figure.series.push_back(std::move(guide));
  }
  const bool isOneReason = std::ranges::all_of(whys, [&](const std::string& why) { return why == whys.front(); });
  for (std::size_t b = 0; b < whys.size(); ++b) {
    if (!whys[b].empty())
      figure.notes.push_back(fmt::format("no {} where {}", isOneReason ? "bounds" : titleOf(kinds[b].kind), whys[b]));
    if (isOneReason) break;
  }
  return figure;
}

Figure ulpFigure(std::span<const DriftSeries> series, const DenseMatrix& reference,
                 std::span<const MeasuredSeries> measured) {
  Figure figure{.title = "Errors in units of the last place of float32",
                .x = {.title = "|C - R|, ulp", .powersOfTwo = true},
                .y = {.title = "elements of C"}};
  for (const DriftSeries& one : series)
    figure.series.push_back(ulpSteps(briefTitle(one.engine), one.product.c, reference));
  for (const MeasuredSeries& one : measured) {
    figure.series.push_back(ulpSteps(briefTitle(one.choice.product), one.product.c, reference));
    figure.series.back().colourOf = one.choice.beside;
  }
  return figure;
}

MapFigure errorMapFigure(const DriftSeries& series, const DenseMatrix& reference) {
  const DenseMatrix& c = series.product.c;
  MapFigure map{.title = "Error of C, " + briefTitle(series.engine),
                .rowTitle = "row",
                .columnTitle = "column",
                .valueTitle = "error / largest |R|",
                .rows = std::min(c.rows, kMostMapCells),
                .columns = std::min(c.columns, kMostMapCells),
                .isSigned = true};
  double largest = 0;
  for (const double r : reference.values)
    if (std::isfinite(r)) largest = std::max(largest, std::abs(r));
  if (largest == 0) largest = 1;
  map.values.reserve(map.rows * map.columns);
  for (std::size_t row = 0; row < map.rows; ++row)
    for (std::size_t column = 0; column < map.columns; ++column) {
      const std::size_t at = row * c.columns + column;
      map.values.push_back(static_cast<float>((c.values[at] - reference.values[at]) / largest));
    }
  if (map.rows < c.rows || map.columns < c.columns)
    map.notes.push_back(fmt::format("the first {} x {} of {} x {} elements", map.rows, map.columns, c.rows, c.columns));
  return map;
}

Figure traceFigure(const DotTrace& trace) {
  Figure figure{.title = "Where the error came in",
                .x = {.title = "products so far"},
                .y = {.title = "error of the sum so far"},
                .solidLines = true};
  Series cut{.name = "cut off by alignment"};
  Series rounded{.name = "rounded away"};
  double cutSoFar = 0, roundedSoFar = 0;
  for (const DotStep& step : trace.steps) {
    cutSoFar += step.cut;
    roundedSoFar += step.rounded;
    const auto at = static_cast<double>(step.first + step.count);
    cut.x.push_back(at);
    cut.y.push_back(cutSoFar);
    rounded.x.push_back(at);
    rounded.y.push_back(roundedSoFar);
  }
  if (trace.cut != 0) figure.series.push_back(std::move(cut));
  figure.series.push_back(std::move(rounded));
  return figure;
}

}  // namespace ulpscope
