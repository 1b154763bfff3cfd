// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/bars_p.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "widgets/plots/steps_p.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {

constexpr double kGapFromWidth = 3;  ///< bars at least so wide in px are set apart by 1 px
constexpr std::size_t kMostLabels = 24;

}  // namespace

Bars::Bars(QCPAxis* keyAxis, QCPAxis* valueAxis, const Series& series)
    : QCPAbstractPlottable(keyAxis, valueAxis), m_series(series) {
  Q_ASSERT(m_series.x.size() == m_series.y.size() + 1);
  setName(QString::fromStdString(series.name));
}

void Bars::setColors(const QColor& fill, const QColor& marked, const QColor& text, const QColor& ground) {
  m_fill = fill;
  m_marked = marked;
  m_text = text;
  m_ground = ground;
}

std::optional<std::size_t> Bars::binAt(double x) const {
  const auto& edges = m_series.x;
  if (edges.empty() || !(x >= edges.front() && x <= edges.back())) return std::nullopt;
  const auto above = std::upper_bound(edges.begin(), edges.end(), x);
  const auto bin = std::size_t(std::max<std::ptrdiff_t>(0, above - edges.begin() - 1));
  return std::min(bin, m_series.y.size() - 1);
}

double Bars::selectTest(const QPointF&, bool, QVariant*) const { return -1; }

QCPRange Bars::getKeyRange(bool& found, QCP::SignDomain domain) const { return edgeRange(m_series.x, found, domain); }

QCPRange Bars::getValueRange(bool& found, QCP::SignDomain domain, const QCPRange&) const {
  return rangeOf(m_series.y, found, domain);
}

QVector<Bars::Drawn> Bars::layOut(const QCPRange& visible) const {
  QVector<Drawn> drawn;
  const PixelScale across(*keyAxis());
  const auto [first, last] = binsIn(m_series.x, visible);
  double pixelEnd = -std::numeric_limits<double>::infinity();
  const auto pool = [](Drawn& pooled, double value, bool isMarked) {
    if (isMarked == pooled.marked ? std::abs(value) > std::abs(pooled.value) : isMarked) pooled.value = value;
    pooled.marked = pooled.marked || isMarked;
  };
  for (std::size_t i = first; i < last; ++i) {
    const double value = m_series.y[i];
    if (!std::isfinite(value) || value == 0) continue;
    if (m_series.x[i + 1] <= pixelEnd) {
      pool(drawn.last(), value, marked(i));
      continue;
    }
    const double left = across(m_series.x[i]);
    const double right = across(m_series.x[i + 1]);
    Drawn bar{std::floor(left), std::max(std::floor(left) + 1, std::floor(right)), value, marked(i)};
    if (right - left >= kGapFromWidth) bar.right -= 1;
    if (!drawn.isEmpty() && bar.right - bar.left <= 1 && drawn.last().left == bar.left) {
      pool(drawn.last(), value, bar.marked);
    } else {
      drawn.append(bar);
    }
    // What ends before this pixel does needs no more arithmetic.
    if (drawn.last().right - drawn.last().left <= 1) pixelEnd = keyAxis()->pixelToCoord(drawn.last().left + 1);
  }
  return drawn;
}

void Bars::draw(QCPPainter* painter) {
  const QCPRange visible = keyAxis()->range();
  const QRect area = valueAxis()->axisRect()->rect();
  const bool logarithmic = valueAxis()->scaleType() == QCPAxis::stLogarithmic;
  const double base = logarithmic ? area.bottom() + 1 : valueAxis()->coordToPixel(0);
  painter->setAntialiasing(false);
  for (const Drawn& bar : layOut(visible)) {
    if (logarithmic && bar.value <= 0) continue;
    const double end = std::clamp(valueAxis()->coordToPixel(bar.value), double(area.top()) - 2, area.bottom() + 2.0);
    // At least a pixel high: one weight in a bin must be seen beside a million in another.
    const double top = std::min(end, base - (bar.value > 0 ? 1 : 0));
    const double bottom = std::max(end, base + (bar.value > 0 ? 0 : 1));
    painter->fillRect(QRectF(QPointF(bar.left, std::round(top)), QPointF(bar.right, std::round(bottom))),
                      bar.marked ? m_marked : m_fill);
  }
  drawLabels(*painter, visible);
}

void Bars::drawLabels(QCPPainter& painter, const QCPRange& visible) const {
  if (m_series.labels.size() != m_series.y.size()) return;
  painter.setFont(theme().words(11));
  painter.setPen(m_text);
  const QFontMetricsF metrics(theme().words(11));
  const QRectF area = valueAxis()->axisRect()->rect();
  std::vector<std::size_t> labelled;
  for (std::size_t i = 0; i < m_series.y.size(); ++i)
    if (!m_series.labels[i].empty() && visible.contains(m_series.x[i])) labelled.push_back(i);
  // Those of the highest bars first: labels are left out rather than drawn over each other.
  std::ranges::stable_sort(labelled, std::greater{}, [this](std::size_t i) { return std::abs(m_series.y[i]); });
  std::vector<QRectF> taken;
  for (const std::size_t i : labelled) {
    if (taken.size() == kMostLabels) break;
    const QString text = QString::fromStdString(m_series.labels[i]);
    const QSizeF size(metrics.horizontalAdvance(text) + 4, metrics.height());
    const double bar = keyAxis()->coordToPixel((m_series.x[i] + m_series.x[i + 1]) / 2);
    const double left = bar + 2 + size.width() <= area.right() ? bar + 2 : bar - 2 - size.width();
    const double top = std::clamp(valueAxis()->coordToPixel(m_series.y[i]), area.top(), area.bottom() - size.height());
    const QRectF box({left, top}, size);
    const auto overlaps = [&](const QRectF& other) {
      return other.right() + 2 > left && left + size.width() + 2 > other.left();
    };
    if (std::ranges::any_of(taken, overlaps)) continue;
    painter.fillRect(box, m_ground);
    painter.drawText(box, Qt::AlignCenter | Qt::TextDontClip, text);
    taken.push_back(box);
  }
}

void Bars::drawLegendIcon(QCPPainter* painter, const QRectF& rect) const { painter->fillRect(rect, m_fill); }

}  // namespace ulpscope
