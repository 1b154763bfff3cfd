// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/steps_p.h"

#include <algorithm>
#include <cmath>

namespace ulpscope {
namespace {
constexpr double kOwnWidth = 2;  ///< px of a step; narrower ones are drawn with hairlines, which Qt dashes faster
}

QCPRange rangeOf(const std::vector<double>& values, bool& found, QCP::SignDomain domain) {
  found = false;
  QCPRange range;
  for (const double value : values) {
    if (!std::isfinite(value) || (domain == QCP::sdPositive && value <= 0) || (domain == QCP::sdNegative && value >= 0))
      continue;
    range.lower = found ? std::min(range.lower, value) : value;
    range.upper = found ? std::max(range.upper, value) : value;
    found = true;
  }
  return range;
}

QCPRange edgeRange(const std::vector<double>& edges, bool& found, QCP::SignDomain domain) {
  if (domain != QCP::sdBoth || edges.empty() || !std::isfinite(edges.front()) || !std::isfinite(edges.back()))
    return rangeOf(edges, found, domain);
  found = true;
  return {edges.front(), edges.back()};
}

std::pair<std::size_t, std::size_t> binsIn(const std::vector<double>& edges, const QCPRange& range) {
  if (edges.size() < 2) return {0, 0};
  const auto first = std::upper_bound(edges.begin(), edges.end(), range.lower) - edges.begin();
  const auto last = std::upper_bound(edges.begin(), edges.end(), range.upper) - edges.begin();
  return {std::size_t(std::max<std::ptrdiff_t>(0, first - 1)),
          std::size_t(std::min<std::ptrdiff_t>(last, std::ptrdiff_t(edges.size()) - 1))};
}

Steps::Steps(QCPAxis* keyAxis, QCPAxis* valueAxis, const Series& series)
    : QCPAbstractPlottable(keyAxis, valueAxis), m_series(series) {
  Q_ASSERT(m_series.y.empty() || m_series.x.size() == m_series.y.size() + 1);
  for (std::size_t first = 0; first < m_series.y.size(); first += kBlock) {
    const auto begin = m_series.y.begin() + std::ptrdiff_t(first);
    m_blocks.push_back(*std::max_element(begin, begin + std::ptrdiff_t(std::min(kBlock, m_series.y.size() - first))));
  }
  m_all = rangeOf(m_series.y, m_hasAny, QCP::sdBoth);
}

double Steps::largestOf(std::size_t first, std::size_t last) const {
  double largest = m_series.y[first];
  while (first < last) {
    const bool isBlock = first % kBlock == 0 && first + kBlock <= last;
    largest = std::max(largest, isBlock ? m_blocks[first / kBlock] : m_series.y[first]);
    first += isBlock ? kBlock : 1;
  }
  return largest;
}

QCPRange Steps::getKeyRange(bool& found, QCP::SignDomain domain) const { return edgeRange(m_series.x, found, domain); }

QCPRange Steps::getValueRange(bool& found, QCP::SignDomain domain, const QCPRange&) const {
  if (domain != QCP::sdBoth && !(domain == QCP::sdPositive && m_all.lower > 0))
    return rangeOf(m_series.y, found, domain);
  found = m_hasAny;
  return m_all;
}

QPolygonF Steps::outline() const {
  const QRect area = valueAxis()->axisRect()->rect();
  const bool logarithmic = valueAxis()->scaleType() == QCPAxis::stLogarithmic;
  const PixelScale across(*keyAxis());
  const auto height = [&](double value) {
    if (logarithmic && value <= 0) return area.bottom() + 2.0;
    return std::clamp(valueAxis()->coordToPixel(value), area.top() - 2.0, area.bottom() + 2.0);
  };
  QPolygonF line;
  const auto [first, last] = binsIn(m_series.x, keyAxis()->range());
  for (std::size_t i = first; i < last;) {
    const double left = across(m_series.x[i]);
    // Up to the last bin that ends before the next pixel does.
    const double nextPixel = keyAxis()->pixelToCoord(std::floor(left) + 1);
    const auto edges = m_series.x.begin();
    const auto beyond = std::lower_bound(edges + std::ptrdiff_t(i) + 1, edges + std::ptrdiff_t(last) + 1, nextPixel);
    const std::size_t end = std::clamp(std::size_t(beyond - edges) - 1, i + 1, last);
    const double y = height(largestOf(i, end));
    line << QPointF(left, y) << QPointF(across(m_series.x[end]), y);
    i = end;
  }
  return line;
}

void Steps::draw(QCPPainter* painter) {
  const QPolygonF line = outline();
  if (line.size() < 2) return;
  const bool isDense = (line.last().x() - line.first().x()) / double(line.size() / 2) < kOwnWidth;
  QPen own = pen();
  if (isDense) own.setWidthF(1);
  painter->setAntialiasing(false);
  painter->setPen(own);
  painter->setBrush(Qt::NoBrush);
  painter->drawPolyline(line);
}

}  // namespace ulpscope
