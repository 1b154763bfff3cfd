// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/report/figure.h"
#include "core/report/svg_bars.h"
#include "core/report/svg_scale.h"
#include "core/report/svg_writer.h"

namespace ulpscope {
namespace {

using Kind = Series::Kind;
using Anchor = SvgTextStyle::Anchor;

/// Each line of a figure has its own dash beside its colour.
constexpr std::array<std::string_view, 8> kDashes{"none", "6 3", "2 2", "8 3 2 3", "10 4", "1 3", "4 4", "12 3 2 3"};

struct Range {
  double lower = std::numeric_limits<double>::infinity();
  double upper = -std::numeric_limits<double>::infinity();
  void include(double value) {
    lower = std::min(lower, value);
    upper = std::max(upper, value);
  }
};

/// Widens what the data span by `marginShare` of it on both sides so that nothing sits on the border, and makes it
/// usable where there are no data or one value.
Scale makeScale(Range range, bool logarithmic, double marginShare) {
  Scale scale{.logarithmic = logarithmic};
  if (range.lower > range.upper) range = logarithmic ? Range{1, 10} : Range{0, 1};
  if (logarithmic) {
    const double margin = std::pow(range.upper / range.lower, marginShare);
    scale.lower = range.lower / margin;
    scale.upper = range.upper * margin;
    if (scale.lower == scale.upper) scale.lower /= 2, scale.upper *= 2;
  } else {
    const double margin = marginShare * (range.upper - range.lower);
    scale.lower = range.lower - (range.lower == 0 ? 0 : margin);
    scale.upper = range.upper + (range.upper == 0 ? 0 : margin);
    if (scale.lower == scale.upper) {
      const double half = scale.lower == 0 ? 0.5 : std::abs(scale.lower) / 2;
      scale.lower -= half, scale.upper += half;
    }
  }
  return scale;
}

bool has(const Figure& figure, Kind kind) {
  return std::ranges::any_of(figure.series, [&](const Series& s) { return s.kind == kind; });
}

Scale horizontalScale(const Figure& figure) {
  const Scale test{.logarithmic = figure.x.logarithmic};
  Range range;
  for (const Series& series : figure.series)
    for (const double x : series.x)
      if (test.shows(x)) range.include(x);
  return makeScale(range, figure.x.logarithmic, !has(figure, Kind::Bars) && has(figure, Kind::Points) ? 0.05 : 0);
}

Scale verticalScale(const Figure& figure) {
  const Scale test{.logarithmic = figure.y.logarithmic};
  Range range;
  for (const Series& series : figure.series)
    for (const double y : series.y)
      if (test.shows(y)) range.include(y);
  if (has(figure, Kind::Bars) && range.lower <= range.upper) {
    if (!figure.y.logarithmic) range.include(0);
    if (figure.y.logarithmic) range.lower /= 2;  // the smallest bar is seen, too
  }
  return makeScale(range, figure.y.logarithmic, has(figure, Kind::Points) ? 0.1 : 0.05);  // room for labels
}

/// Grid and numbers along both axes, and their titles.
void drawAxes(SvgWriter& out, const Figure& figure, const Scale& x, const Scale& y, const PlotArea& area) {
  for (const Tick& tick : x.ticks(9)) {
    const double at = x.pixel(tick.value);
    out.line(at, area.top, at, area.bottom, svg::kHairline);
    out.text(at, area.bottom + 18, tick.text, {.anchor = Anchor::Middle, .numeric = true});
  }
  const auto rows = static_cast<std::size_t>(std::clamp(std::round(area.height() / 40), 3.0, 7.0));
  for (const Tick& tick : y.ticks(rows)) {
    const double at = y.pixel(tick.value);
    out.line(area.left, at, area.right, at, svg::kHairline);
    out.text(area.left - 8, at + 4, tick.text, {.anchor = Anchor::End, .numeric = true});
  }
  out.text((area.left + area.right) / 2, area.bottom + 40, figure.x.title, {.anchor = Anchor::Middle, .size = 12});
  out.text(20, (area.top + area.bottom) / 2, figure.y.title, {.anchor = Anchor::Middle, .size = 12, .upright = true});
}

struct Pixel {
  double x;
  double y;
};

/// Runs of points that can be shown; a value that cannot be breaks the line.
std::vector<std::vector<Pixel>> runsOf(const Series& series, const Scale& x, const Scale& y) {
  std::vector<std::vector<Pixel>> runs(1);
  for (std::size_t i = 0; i < series.y.size(); ++i) {
    if (x.shows(series.x[i]) && y.shows(series.y[i]))
      runs.back().push_back({x.pixel(series.x[i]), y.pixel(series.y[i])});
    else if (!runs.back().empty())
      runs.emplace_back();
  }
  return runs;
}

/// Where a line's name stands: above the right end of a straight line, over the middle of the longest stretch of
/// another, where points and their labels are the fewest.
void drawName(SvgWriter& out, const std::string& name, const std::vector<Pixel>& run, std::string_view colour) {
  if (run.empty()) return;
  if (run.size() <= 2) {
    out.text(run.back().x - 4, run.back().y - 6, name, {.anchor = Anchor::End, .colour = colour});
    return;
  }
  const auto length = [&](std::size_t i) { return std::hypot(run[i + 1].x - run[i].x, run[i + 1].y - run[i].y); };
  std::size_t longest = 0;
  for (std::size_t i = 1; i + 1 < run.size(); ++i)
    if (length(i) > length(longest)) longest = i;
  out.text((run[longest].x + run[longest + 1].x) / 2 - 6, (run[longest].y + run[longest + 1].y) / 2 - 6, name,
           {.anchor = Anchor::End, .colour = colour});
}

/// Hollow marks on a line.
void drawMarks(SvgWriter& out, const Series& series, const Scale& x, const Scale& y, std::string_view colour) {
  for (const auto& run : runsOf(series, x, y))
    for (const Pixel& at : run)
      out.element(fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"4\" fill=\"none\" stroke=\"{}\"/>\n", svgNumber(at.x),
                              svgNumber(at.y), colour));
}

void drawLine(SvgWriter& out, const Series& series, const Scale& x, const Scale& y, std::string_view attributes,
              std::string_view nameColour) {
  const auto runs = runsOf(series, x, y);
  std::string data;
  for (const auto& run : runs)
    for (std::size_t i = 0; i < run.size(); ++i)
      data += fmt::format("{}{} {}", i == 0 ? 'M' : 'L', svgNumber(run[i].x), svgNumber(run[i].y));
  out.path(data, attributes);
  if (!series.name.empty()) drawName(out, series.name, runs.back().empty() ? runs.front() : runs.back(), nameColour);
}

/// The outline of bars as a line: the bins narrower than a pixel are too many for a file, so the largest of a pixel
/// stands for all of them.
Series outline(const Series& series, const Scale& x) {
  Series line{.kind = Kind::Line, .name = series.name};
  for (std::size_t i = 0; i < series.y.size();) {
    std::size_t last = i;
    double largest = series.y[i];
    while (last + 1 < series.y.size() && x.shows(series.x[i]) && x.pixel(series.x[last + 1]) < x.pixel(series.x[i]) + 1)
      largest = std::max(largest, series.y[++last]);
    line.x.insert(line.x.end(), {series.x[i], series.x[last + 1]});
    line.y.insert(line.y.end(), {largest, largest});
    i = last + 1;
  }
  return line;
}

struct Box {
  double left, top, right, bottom;
  double overlap(const Box& other) const {
    const double width = std::min(right, other.right) - std::max(left, other.left);
    const double height = std::min(bottom, other.bottom) - std::max(top, other.top);
    return width > 0 && height > 0 ? width * height : 0;
  }
};

/// Puts each label to the right of its point, or where it hides the least: left, above, below and the corners.
class LabelPlacer {
 public:
  explicit LabelPlacer(const PlotArea& area) : m_area(area) {}
  void avoid(const Box& box) { m_taken.push_back(box); }
  Box place(double x, double y, double width) {
    constexpr double kHeight = 12;
    constexpr std::array<std::array<double, 2>, 8> kSides{
        {{1, 0}, {-1, 0}, {0, -1}, {0, 1}, {1, -1}, {1, 1}, {-1, -1}, {-1, 1}}};
    Box best{};
    double bestCost = std::numeric_limits<double>::infinity();
    for (const double distance : {8.0, 20.0, 32.0})
      for (const auto& [dx, dy] : kSides) {
        const double left = dx > 0 ? x + 8 : dx < 0 ? x - 8 - width : x - width / 2;
        const double top = y - kHeight / 2 + dy * (kHeight / 2 + distance);
        const Box box{left, top, left + width, top + kHeight};
        const double cost = this->cost(box) + 0.5 * distance;  // a label far from its point seems to be of another
        if (cost < bestCost) best = box, bestCost = cost;
      }
    m_taken.push_back(best);
    return best;
  }

 private:
  double cost(const Box& box) const {
    double sum = 0;
    for (const Box& taken : m_taken) sum += box.overlap(taken);
    const double inside = box.overlap({m_area.left, m_area.top, SvgWriter::kWidth - 4, m_area.bottom});
    return sum + 4 * ((box.right - box.left) * (box.bottom - box.top) - inside);
  }
  PlotArea m_area;
  std::vector<Box> m_taken;
};

void drawPoints(SvgWriter& out, const Series& series, const Scale& x, const Scale& y, const PlotArea& area,
                std::string_view colour) {
  LabelPlacer placer(area);
  const auto shown = [&](std::size_t i) { return x.shows(series.x[i]) && y.shows(series.y[i]); };
  std::vector<std::size_t> order(series.y.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_partition(order, [&](std::size_t i) { return !isMarked(series, i); });  // marked ones on top
  for (const std::size_t i : order) {
    if (!shown(i)) continue;
    const double px = x.pixel(series.x[i]);
    const double py = y.pixel(series.y[i]);
    placer.avoid({px - 5, py - 5, px + 5, py + 5});
    out.element(
        fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"4.5\" fill=\"{}\"{}/>\n", svgNumber(px), svgNumber(py), colour,
                    isMarked(series, i) ? fmt::format(" stroke=\"{}\" stroke-width=\"3\"", svg::kOutlier) : ""));
  }
  for (std::size_t i = 0; i < series.labels.size() && i < series.y.size(); ++i) {
    if (!shown(i) || series.labels[i].empty()) continue;
    const Box box = placer.place(x.pixel(series.x[i]), y.pixel(series.y[i]), svgTextWidth(series.labels[i], 11));
    out.text(box.left, box.bottom - 2, series.labels[i], {.colour = svg::kText, .halo = true});
  }
}

}  // namespace

std::string toSvg(const Figure& figure, double height) {
  SvgWriter out(height);
  out.heading(figure.title, figure.notes);
  const PlotArea area{.left = 84, .top = 64, .right = 876, .bottom = height - 56};
  Scale x = horizontalScale(figure);
  Scale y = verticalScale(figure);
  x.pixelAtLower = area.left, x.pixelAtUpper = area.right;
  y.pixelAtLower = area.bottom, y.pixelAtUpper = area.top;
  x.powersOfTwo = figure.x.powersOfTwo, y.powersOfTwo = figure.y.powersOfTwo;
  drawAxes(out, figure, x, y, area);

  std::size_t colours = 0;
  std::vector<std::size_t> colourOf;
  for (const Series& series : figure.series) {
    const bool isOwn = series.kind != Kind::Guide && !series.colourOf;
    colourOf.push_back(series.colourOf ? colourOf[*series.colourOf] : colours);
    if (isOwn) ++colours;
    const std::size_t colour = colourOf.back();
    if (series.kind == Kind::Guide) {
      drawLine(out, series, x, y, fmt::format("fill=\"none\" stroke=\"{}\" stroke-dasharray=\"4 3\"", svg::kMuted),
               svg::kMuted);
      continue;
    }
    const std::string_view own = svg::kSeries[colour % svg::kSeries.size()];
    if (series.kind == Kind::Bars) drawBars(out, figure, series, x, y, area, own);
    if (series.kind == Kind::Points) drawPoints(out, series, x, y, area, own);
    if (series.kind == Kind::Line || series.kind == Kind::Steps)
      drawLine(out, series.kind == Kind::Steps ? outline(series, x) : series, x, y,
               fmt::format("fill=\"none\" stroke=\"{}\" stroke-width=\"1.5\" stroke-dasharray=\"{}\"", own,
                           series.colourOf     ? "1 3"
                           : figure.solidLines ? "none"
                                               : kDashes[colour % kDashes.size()]),
               svg::kText);
    if (series.kind == Kind::Line && series.colourOf) drawMarks(out, series, x, y, own);
  }
  return out.finish();
}

}  // namespace ulpscope
