// SPDX-License-Identifier: Apache-2.0
#include "core/report/svg_bars.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ulpscope {
namespace {

/// A bar as drawn; several data bars share one where they are narrower than a pixel.
struct DrawnBar {
  double left;
  double right;
  double top;
  double bottom;
  bool marked;
};

/// Bars narrower than a pixel are drawn as the extremes of each pixel; marked ones win, so that no outlier is lost.
std::vector<DrawnBar> layOutBars(const Series& series, const Scale& x, const Scale& y) {
  std::vector<DrawnBar> bars;
  const double base = y.logarithmic ? y.pixelAtLower : y.pixel(std::clamp(0.0, y.lower, y.upper));
  for (std::size_t i = 0; i < series.y.size(); ++i) {
    if (series.y[i] == 0 || !y.shows(series.y[i]) || !x.shows(series.x[i]) || !x.shows(series.x[i + 1])) continue;
    const double left = x.pixel(series.x[i]);
    const double right = x.pixel(series.x[i + 1]);
    const double end = y.pixel(series.y[i]);
    DrawnBar bar{left, right, std::min(base, end), std::max(base, end), isMarked(series, i)};
    if (right - left < 1) {
      bar.left = std::floor(left);
      bar.right = bar.left + 1;
      if (!bars.empty() && bars.back().left == bar.left) {
        DrawnBar& last = bars.back();
        last.top = std::min(last.top, bar.top);
        last.bottom = std::max(last.bottom, bar.bottom);
        last.marked = last.marked || bar.marked;
        continue;
      }
    } else if (right - left > 4) {
      bar.right -= 1;  // a hairline between bars that are wide enough
    }
    bars.push_back(bar);
  }
  return bars;
}

struct LabelBox {
  double left, top, right, bottom;
  bool overlaps(const LabelBox& other) const {
    return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
  }
};

/// Puts labels where nothing is: the bars are taken from the start, labels as they are placed.
class BarLabels {
 public:
  BarLabels(std::span<const DrawnBar> bars, const PlotArea& area) : m_bars(bars), m_area(area) {}
  void avoid(const LabelBox& box) { m_guides.push_back(box); }

  /// Of a bar whose top is at `top`; nullopt where there is no room.
  std::optional<LabelBox> place(double left, double right, double top, double width) {
    const double middle = (left + right) / 2;
    if (right - left < width)
      for (const double from : {right + kGap, left - kGap - width})
        if (const LabelBox beside{from, top, from + width, top + kHeight}; isFree(beside)) return take(beside);
    const double from = std::clamp(middle - width / 2, m_area.left, std::max(m_area.left, m_area.right - width));
    double bottom = top - kGap;
    for (const DrawnBar& bar : m_bars)
      if (bar.left < from + width && from < bar.right) bottom = std::min(bottom, bar.top - kGap);
    for (; bottom >= top - kFurthest && bottom - kHeight >= m_area.top - kAbove; bottom -= 1) {
      const LabelBox above{from, bottom - kHeight, from + width, bottom};
      const LabelBox lead{middle - 2, bottom, middle + 2, top};  // the line down to the bar
      if (!isFree(above) || hidesAny(lead, m_labels)) continue;
      m_labels.push_back(lead);
      return take(above);
    }
    return std::nullopt;
  }

 private:
  static constexpr double kHeight = 11;    // of digits
  static constexpr double kGap = 3;        // to the bar
  static constexpr double kFurthest = 48;  // above its bar: further away it seems to belong to none
  static constexpr double kAbove = 12;     // above the plot, where there is room before the heading

  static bool hidesAny(const LabelBox& box, std::span<const LabelBox> others) {
    return std::ranges::any_of(others, [&](const LabelBox& other) { return box.overlaps(other); });
  }
  bool isFree(const LabelBox& box) const {
    return box.left >= m_area.left && box.right <= m_area.right + kGap && !hidesAny(box, m_labels) &&
           !hidesAny(box, m_guides) && std::ranges::none_of(m_bars, [&](const DrawnBar& bar) {
             return box.overlaps({bar.left, bar.top, bar.right, bar.bottom});
           });
  }
  LabelBox take(const LabelBox& box) {
    m_labels.push_back(box);
    return box;
  }

  std::span<const DrawnBar> m_bars;
  PlotArea m_area;
  std::vector<LabelBox> m_guides;
  std::vector<LabelBox> m_labels;  ///< and the lines down from them
};

/// A level guide and its name, which stands above its right end.
void avoidGuides(BarLabels& labels, const Figure& figure, const Scale& y, const PlotArea& area) {
  for (const Series& guide : figure.series) {
    if (guide.kind != Series::Kind::Guide || guide.y.size() != 2 || guide.y[0] != guide.y[1] || !y.shows(guide.y[0]))
      continue;
    const double level = y.pixel(guide.y[0]);
    labels.avoid({area.left, level - 1, area.right, level + 1});
    labels.avoid({area.right - 4 - svgTextWidth(guide.name, 11), level - 16, area.right, level});
  }
}

void drawLabels(SvgWriter& out, const Figure& figure, const Series& series, std::span<const DrawnBar> bars,
                const Scale& x, const Scale& y, const PlotArea& area) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < std::min(series.labels.size(), series.y.size()); ++i)
    if (!series.labels[i].empty() && y.shows(series.y[i]) && x.shows(series.x[i]) && x.shows(series.x[i + 1]))
      order.push_back(i);
  std::ranges::stable_sort(order, std::greater{}, [&](std::size_t i) { return series.y[i]; });
  BarLabels labels(bars, area);
  avoidGuides(labels, figure, y, area);
  for (const std::size_t i : order) {
    const SvgTextStyle style{.colour = isMarked(series, i) ? svg::kOutlierText : svg::kMuted, .numeric = true};
    const double left = x.pixel(series.x[i]);
    const double right = x.pixel(series.x[i + 1]);
    const double top = y.pixel(series.y[i]);
    const auto box = labels.place(left, right, top, svgTextWidth(series.labels[i], style.size));
    if (!box) continue;
    const double middle = (left + right) / 2;
    if (box->bottom < top - 6) out.line(middle, box->bottom + 1, middle, top - 1, svg::kMuted);
    out.text(box->left, box->bottom - 1, series.labels[i], style);
  }
}

}  // namespace

void drawBars(SvgWriter& out, const Figure& figure, const Series& series, const Scale& x, const Scale& y,
              const PlotArea& area, std::string_view colour) {
  const std::vector<DrawnBar> bars = layOutBars(series, x, y);
  std::string plain;
  std::string marked;
  for (const DrawnBar& bar : bars)
    (bar.marked ? marked : plain) +=
        fmt::format("M{} {}H{}V{}H{}Z", svgNumber(bar.left), svgNumber(bar.top),
                    svgNumber(std::max(bar.right, bar.left + 1)), svgNumber(bar.bottom), svgNumber(bar.left));
  out.path(plain, fmt::format("fill=\"{}\" fill-opacity=\"0.8\"", colour));
  out.path(marked, fmt::format("fill=\"{}\"", svg::kOutlier));
  drawLabels(out, figure, series, bars, x, y, area);
}

}  // namespace ulpscope
