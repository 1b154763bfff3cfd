// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/line_labels_p.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ulpscope {
namespace {

constexpr double kGap = 5;              ///< px between a line and its name
constexpr double kPerLine = 1;          ///< cost of a cell with a line in it, under a name
constexpr double kPerLabel = 1000;      ///< of a name under a name
constexpr double kOutside = 2000;       ///< of a name that leaves the picture
constexpr double kPerPreference = 0.6;  ///< of each place that is less usual
constexpr int kStations = 7;            ///< places along a line

}  // namespace

LineLabels::LineLabels(const QRectF& area, double rightMargin)
    : m_area(area),
      m_allowed(area.adjusted(0, -6, rightMargin, 6)),
      m_columns(int(m_allowed.width() / kCell) + 2),
      m_rows(int(m_allowed.height() / kCell) + 2),
      m_taken(std::size_t(std::max(0, m_columns)) * std::size_t(std::max(0, m_rows))) {}

QPolygonF LineLabels::visible(const QPolygonF& points) const {
  QPolygonF inside;
  const QRectF area = m_area.adjusted(-1, -1, 1, 1);
  for (const QPointF& point : points)
    if (std::isfinite(point.x()) && std::isfinite(point.y()) && area.contains(point)) inside << point;
  return inside;
}

void LineLabels::addLine(const QPolygonF& points) {
  for (qsizetype i = 1; i < points.size(); ++i) occupy(points[i - 1], points[i]);
  m_lines.push_back(visible(points));
}

void LineLabels::occupy(QPointF from, QPointF to) {
  if (!std::isfinite(from.x() + from.y() + to.x() + to.y())) return;
  // Only what is in sight is walked along: a line may reach millions of pixels beyond it.
  const double length = std::max(std::abs(to.x() - from.x()), std::abs(to.y() - from.y()));
  if (std::max(from.x(), to.x()) < m_allowed.left() || std::min(from.x(), to.x()) > m_allowed.right()) return;
  if (length > 16 * (m_allowed.width() + m_allowed.height())) return;
  const int steps = std::max(1, int(length / (kCell / 2)));
  std::size_t last = std::numeric_limits<std::size_t>::max();
  for (int step = 0; step <= steps; ++step) {
    const QPointF at = from + (to - from) * (double(step) / steps);
    if (!m_area.contains(at)) continue;
    const auto column = std::size_t((at.x() - m_allowed.left()) / kCell);
    const auto row = std::size_t((at.y() - m_allowed.top()) / kCell);
    const std::size_t cell = row * std::size_t(m_columns) + column;
    if (cell != last && m_taken[cell] < 255) ++m_taken[cell];
    last = cell;
  }
}

double LineLabels::cost(const QRectF& box) const {
  double cost = m_allowed.contains(box) ? 0 : kOutside;
  for (const QRectF& label : m_labels)
    if (label.adjusted(-kGap, 0, kGap, 0).intersects(box)) cost += kPerLabel;
  const QRectF seen = box.intersected(m_allowed);
  if (seen.isEmpty()) return cost;
  const int left = int((seen.left() - m_allowed.left()) / kCell);
  const int right = std::min(m_columns - 1, int((seen.right() - m_allowed.left()) / kCell));
  const int top = int((seen.top() - m_allowed.top()) / kCell);
  const int bottom = std::min(m_rows - 1, int((seen.bottom() - m_allowed.top()) / kCell));
  for (int row = top; row <= bottom; ++row)
    for (int column = left; column <= right; ++column)
      cost += kPerLine * m_taken[std::size_t(row) * std::size_t(m_columns) + std::size_t(column)];
  return cost;
}

std::optional<QPointF> LineLabels::place(std::size_t line, QSizeF size) {
  const QPolygonF& points = m_lines[line];
  if (points.isEmpty()) return std::nullopt;
  const double w = size.width();
  const double h = size.height();
  std::vector<QRectF> places;
  const QPointF end = points.back();
  for (const double shift : {0.0, -0.7, 0.7, -1.3, 1.3})
    places.emplace_back(end.x() + kGap, end.y() - h / 2 + shift * h, w, h);
  for (int station = kStations; station >= 0; --station) {
    const QPointF at = points[(points.size() - 1) * station / kStations];
    for (const double rise : {1.0, 1.8}) {
      places.emplace_back(at.x() - w / 2, at.y() - rise * h - kGap / 2, w, h);
      places.emplace_back(at.x() - w / 2, at.y() + (rise - 1) * h + kGap / 2, w, h);
    }
  }
  const QPointF start = points.front();
  places.emplace_back(start.x() - kGap - w, start.y() - h / 2, w, h);

  double lowest = std::numeric_limits<double>::infinity();
  QRectF best;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const double now = cost(places[i]) + kPerPreference * double(i);
    if (now >= lowest) continue;
    lowest = now;
    best = places[i];
  }
  if (lowest >= kPerLabel) return std::nullopt;
  m_labels.push_back(best);
  return QPointF(best.left(), best.center().y());
}

}  // namespace ulpscope
