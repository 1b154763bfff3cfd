// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/format_ticks_p.h"

#include <algorithm>
#include <cmath>

#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {
namespace {
constexpr int kHeight = 5;            ///< px below the axis, so that bars do not hide them
constexpr int kBelowNotes = 22;       ///< px from the top, where values beyond the range are told
constexpr double kPixelsPerMark = 2;  ///< on average; towards zero the values of floats are closer
}  // namespace

void FormatTicks::setValues(std::vector<double> values, const QString& title) {
  m_values = std::move(values);
  m_title = title;
}

void FormatTicks::setColors(const QColor& mark, const QColor& text, const QColor& ground) {
  m_color = mark;
  m_text = text;
  m_ground = ground;
}

std::size_t FormatTicks::inView() const {
  const QCPRange range = parentPlot()->xAxis->range();
  const auto first = std::lower_bound(m_values.begin(), m_values.end(), range.lower);
  return std::size_t(std::upper_bound(first, m_values.end(), range.upper) - first);
}

bool FormatTicks::tooMany() const { return double(inView()) > parentPlot()->axisRect()->width() / kPixelsPerMark; }

void FormatTicks::draw(QCPPainter* painter) {
  if (m_values.empty()) return;
  const QCPAxis& axis = *parentPlot()->xAxis;
  const QRect area = parentPlot()->axisRect()->rect();
  const std::size_t count = inView();
  painter->setAntialiasing(false);
  if (tooMany() || count == 0) {
    const QString text =
        count == 0 ? tr("%1: no value in view").arg(m_title)
                   : tr("%1: %2 values in view, too many to tell apart, zoom in").arg(m_title, grouped(count));
    const QFont font = theme().words(11);
    const QSizeF size = QFontMetricsF(font).size(0, text) + QSizeF(8, 2);
    const QRectF box(QPointF(area.left() + 4, area.top() + kBelowNotes), size);
    painter->setFont(font);
    painter->fillRect(box, m_ground);
    painter->setPen(m_text);
    painter->drawText(box, Qt::AlignCenter, text);
    return;
  }
  const bool logarithmic = axis.scaleType() == QCPAxis::stLogarithmic;
  for (const double value : m_values) {
    if (!axis.range().contains(value) || (logarithmic && value <= 0)) continue;
    const int x = int(std::floor(axis.coordToPixel(value)));
    painter->fillRect(QRect(x, area.bottom() + 1, 1, kHeight), m_color);
  }
}

}  // namespace ulpscope
