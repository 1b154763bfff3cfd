// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <qcustomplot.h>

#include "core/report/figure.h"

namespace ulpscope {

/// The ticks of core/report, so that the window and the SVG files number their axes alike; powers of ten and
/// of two with Unicode superscripts.
class Ticker : public QCPAxisTicker {
 public:
  explicit Ticker(const Axis& axis) : m_logarithmic(axis.logarithmic), m_powersOfTwo(axis.powersOfTwo) {}
  /// About how many fit; set from the axis' length in pixels.
  void setRoomFor(int ticks) { m_atMost = ticks; }

  void generate(const QCPRange& range, const QLocale& locale, QChar formatChar, int precision, QVector<double>& ticks,
                QVector<double>* subTicks, QVector<QString>* tickLabels) override;

 private:
  bool m_logarithmic;
  bool m_powersOfTwo;
  int m_atMost = 8;
};

}  // namespace ulpscope
