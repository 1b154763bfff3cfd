// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/points_p.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr double kRadius = 4.5;
constexpr double kRing = 7;
constexpr double kApart = 3;                  ///< px between a label and what is at its side
constexpr std::size_t kDotsOnlyAbove = 2000;  ///< so many points are drawn as pixels, without antialiasing

QCPRange rangeOf(const std::vector<double>& values, bool& found, QCP::SignDomain domain) {
  found = false;
  QCPRange range;
  for (const double value : values) {
    if (!std::isfinite(value) || (domain == QCP::sdPositive && value <= 0) || (domain == QCP::sdNegative && value >= 0))
      continue;
    range = found ? QCPRange(std::min(range.lower, value), std::max(range.upper, value)) : QCPRange(value, value);
    found = true;
  }
  return range;
}

}  // namespace

Points::Points(QCPAxis* keyAxis, QCPAxis* valueAxis, const Series& series)
    : QCPAbstractPlottable(keyAxis, valueAxis), m_series(series) {
  Q_ASSERT(m_series.x.size() == m_series.y.size());
  setName(QString::fromStdString(series.name));
}

void Points::setColors(const QColor& fill, const QColor& marked, const QColor& text, const QColor& ground) {
  m_fill = fill;
  m_marked = marked;
  m_text = text;
  m_ground = ground;
}

QPointF Points::pixelOf(std::size_t point) const { return coordsToPixels(m_series.x[point], m_series.y[point]); }

double Points::selectTest(const QPointF&, bool, QVariant*) const { return -1; }

QCPRange Points::getKeyRange(bool& found, QCP::SignDomain domain) const { return rangeOf(m_series.x, found, domain); }

QCPRange Points::getValueRange(bool& found, QCP::SignDomain domain, const QCPRange&) const {
  return rangeOf(m_series.y, found, domain);
}

void Points::draw(QCPPainter* painter) {
  const QRectF area = clipRect();
  const bool many = m_series.x.size() > kDotsOnlyAbove;
  QVector<QRectF> dots;
  painter->setAntialiasing(!many);
  painter->setPen(Qt::NoPen);
  for (std::size_t i = 0; i < m_series.x.size(); ++i) {
    if (!std::isfinite(m_series.x[i]) || !std::isfinite(m_series.y[i])) continue;
    const QPointF at = pixelOf(i);
    if (!area.adjusted(-kRing, -kRing, kRing, kRing).contains(at)) continue;
    const bool marked = i < m_series.marked.size() && m_series.marked[i];
    if (many && !marked) {
      painter->fillRect(QRectF(at.x() - 1, at.y() - 1, 2, 2), m_fill);
      continue;
    }
    if (marked) {
      painter->setBrush(m_marked);
      painter->drawEllipse(at, kRing, kRing);
    }
    painter->setBrush(m_fill);
    painter->drawEllipse(at, kRadius, kRadius);
    dots << QRectF(at.x() - kRadius, at.y() - kRadius, 2 * kRadius, 2 * kRadius);
  }
  drawLabels(*painter, dots);
}

void Points::drawLabels(QCPPainter& painter, const QVector<QRectF>& dots) const {
  if (m_series.labels.size() != m_series.x.size()) return;
  painter.setFont(theme().words(11));
  painter.setPen(m_text);
  const QFontMetricsF metrics(theme().words(11));
  QVector<QRectF> taken = dots;
  const QRectF area = clipRect();
  std::vector<std::size_t> order(m_series.x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  // A marked point is named before the others take its room.
  std::stable_partition(order.begin(), order.end(),
                        [&](std::size_t i) { return i < m_series.marked.size() && m_series.marked[i]; });
  for (const std::size_t i : order) {
    if (m_series.labels[i].empty() || !std::isfinite(m_series.x[i]) || !std::isfinite(m_series.y[i])) continue;
    const QString text = QString::fromStdString(m_series.labels[i]);
    const QSizeF size(metrics.horizontalAdvance(text) + 2, metrics.height());
    const QPointF at = pixelOf(i);
    const double w = size.width();
    const double h = size.height();
    // Right, left, above, below, then the corners: the first that is free. A label with no free place is left to hover.
    const QPointF places[] = {{at.x() + 9, at.y() - h / 2},     {at.x() - 9 - w, at.y() - h / 2},
                              {at.x() - w / 2, at.y() - 8 - h}, {at.x() - w / 2, at.y() + 8},
                              {at.x() + 7, at.y() - 5 - h},     {at.x() + 7, at.y() + 5},
                              {at.x() - 7 - w, at.y() - 5 - h}, {at.x() - 7 - w, at.y() + 5}};
    for (const QPointF& place : places) {
      const QRectF box(place, size);
      if (!area.contains(box)) continue;
      if (std::any_of(taken.begin(), taken.end(),
                      [&](const QRectF& other) { return other.adjusted(-kApart, 0, kApart, 0).intersects(box); }))
        continue;
      painter.fillRect(box, m_ground);
      painter.drawText(box, Qt::AlignCenter | Qt::TextDontClip, text);
      taken << box;
      break;
    }
  }
}

void Points::drawLegendIcon(QCPPainter* painter, const QRectF& rect) const {
  painter->setAntialiasing(true);
  painter->setPen(Qt::NoPen);
  painter->setBrush(m_fill);
  painter->drawEllipse(rect.center(), kRadius, kRadius);
}

}  // namespace ulpscope
