// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/ticker_p.h"

#include <algorithm>

#include "core/report/ticks.h"

namespace ulpscope {

void Ticker::generate(const QCPRange& range, const QLocale&, QChar, int, QVector<double>& ticks,
                      QVector<double>* subTicks, QVector<QString>* tickLabels) {
  ticks.clear();
  if (subTicks) subTicks->clear();
  if (tickLabels) tickLabels->clear();
  const auto atMost = std::size_t(std::max(2, m_atMost));
  const auto found = m_powersOfTwo   ? powerOfTwoTicks(range.lower, range.upper, atMost)
                     : m_logarithmic ? logarithmicTicks(range.lower, range.upper, atMost)
                                     : linearTicks(range.lower, range.upper, atMost);
  for (const Tick& tick : found) {
    ticks << tick.value;
    if (tickLabels) *tickLabels << QString::fromStdString(tick.text);
  }
}

}  // namespace ulpscope
