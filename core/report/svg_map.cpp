// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/report/colour_map.h"
#include "core/report/figure.h"
#include "core/report/svg_writer.h"

namespace ulpscope {
namespace {

using Anchor = SvgTextStyle::Anchor;

/// Values to colour levels. Each level is one path, so that a map of 65,536 cells stays a few hundred kilobytes.
struct ColourScale {
  static constexpr int kLevels = 128;
  double lower;
  double upper;
  bool isSigned;

  int level(double value) const {
    const double share = (value - lower) / (upper - lower);
    return std::clamp(static_cast<int>(share * kLevels), 0, kLevels - 1);
  }
  Colour colour(int level) const {
    const double t = (level + 0.5) / kLevels;
    return isSigned ? blueWhiteOrange(2 * t - 1) : cividis(t);
  }
};

ColourScale colourScale(const MapFigure& figure) {
  double largest = 0;
  for (const float value : figure.values)
    if (std::isfinite(value)) largest = std::max(largest, std::abs(static_cast<double>(value)));
  if (largest == 0) largest = 1;
  return {figure.isSigned ? -largest : 0, largest, figure.isSigned};
}

/// Cells as horizontal strokes one cell high, in a coordinate system of one unit a cell; equal neighbours share a
/// stroke.
void drawCells(SvgWriter& out, const MapFigure& figure, const ColourScale& scale, const PlotArea& area) {
  constexpr int kNotFinite = ColourScale::kLevels;
  std::array<std::string, ColourScale::kLevels + 1> strokes;
  for (std::size_t row = 0; row < figure.rows; ++row)
    for (std::size_t column = 0; column < figure.columns;) {
      const auto levelAt = [&](std::size_t c) {
        const double value = figure.values[row * figure.columns + c];
        return std::isfinite(value) ? scale.level(figure.isSigned ? value : std::abs(value)) : kNotFinite;
      };
      const int level = levelAt(column);
      const std::size_t first = column;
      while (column < figure.columns && levelAt(column) == level) ++column;
      strokes[static_cast<std::size_t>(level)] += fmt::format("M{} {}.5h{}", first, row, column - first);
    }
  out.element(fmt::format("<g transform=\"translate({} {}) scale({:.6f} {:.6f})\" shape-rendering=\"crispEdges\">\n",
                          area.left, area.top, area.width() / static_cast<double>(figure.columns),
                          area.height() / static_cast<double>(figure.rows)));
  for (int level = 0; level <= kNotFinite; ++level)
    out.path(
        strokes[static_cast<std::size_t>(level)],
        fmt::format("stroke=\"{}\"", level == kNotFinite ? std::string(svg::kSpecial) : hexText(scale.colour(level))));
  out.element("</g>\n");
}

void drawLegend(SvgWriter& out, const MapFigure& figure, const ColourScale& scale, const PlotArea& area) {
  constexpr double kLeft = 806;
  constexpr double kBarWidth = 14;
  const double step = area.height() / ColourScale::kLevels;
  for (int level = 0; level < ColourScale::kLevels; ++level)
    out.element(fmt::format(
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\" shape-rendering=\"crispEdges\"/>\n", kLeft,
        svgNumber(area.bottom - (level + 1) * step), kBarWidth, svgNumber(step + 0.5), hexText(scale.colour(level))));
  for (const Tick& tick : linearTicks(scale.lower, scale.upper, 7)) {
    const double y = area.bottom - (tick.value - scale.lower) / (scale.upper - scale.lower) * area.height();
    out.text(kLeft + kBarWidth + 6, y + 4, tick.text, {.numeric = true});
  }
  out.text(kLeft - 8, (area.top + area.bottom) / 2, figure.valueTitle,
           {.anchor = Anchor::Middle, .size = 12, .upright = true});
}

/// Cell numbers below and left of the map, at the middle of their cells.
void drawCellNumbers(SvgWriter& out, const MapFigure& figure, const PlotArea& area) {
  for (const Tick& tick : linearTicks(-0.5, static_cast<double>(figure.columns) - 0.5, 9))
    if (tick.value == std::floor(tick.value))
      out.text(area.left + (tick.value + 0.5) * area.width() / static_cast<double>(figure.columns), area.bottom + 18,
               tick.text, {.anchor = Anchor::Middle, .numeric = true});
  for (const Tick& tick : linearTicks(-0.5, static_cast<double>(figure.rows) - 0.5, 7))
    if (tick.value == std::floor(tick.value))
      out.text(area.left - 8, area.top + (tick.value + 0.5) * area.height() / static_cast<double>(figure.rows) + 4,
               tick.text, {.anchor = Anchor::End, .numeric = true});
  out.text((area.left + area.right) / 2, area.bottom + 40, figure.columnTitle, {.anchor = Anchor::Middle, .size = 12});
  out.text(20, (area.top + area.bottom) / 2, figure.rowTitle, {.anchor = Anchor::Middle, .size = 12, .upright = true});
}

}  // namespace

std::string toSvg(const MapFigure& figure) {
  SvgWriter out;
  out.heading(figure.title, figure.notes);
  const PlotArea area{.left = 72, .top = 64, .right = 768, .bottom = 424};
  const ColourScale scale = colourScale(figure);
  if (figure.rows > 0 && figure.columns > 0) drawCells(out, figure, scale, area);
  drawCellNumbers(out, figure, area);
  drawLegend(out, figure, scale, area);
  return out.finish();
}

}  // namespace ulpscope
