// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/format_ticks_p.h"

#include <cmath>

namespace ulpscope {
namespace {
constexpr int kHeight = 7;
}

void FormatTicks::draw(QCPPainter* painter) {
  const QCPAxis& axis = *parentPlot()->xAxis;
  const QRect area = parentPlot()->axisRect()->rect();
  const bool logarithmic = axis.scaleType() == QCPAxis::stLogarithmic;
  painter->setAntialiasing(false);
  int last = -1;
  for (const double value : m_values) {
    if (!axis.range().contains(value) || (logarithmic && value <= 0)) continue;
    const int x = int(std::floor(axis.coordToPixel(value)));
    if (x == last) continue;
    painter->fillRect(QRect(x, area.bottom() + 1 - kHeight, 1, kHeight), m_color);
    last = x;
  }
}

}  // namespace ulpscope
