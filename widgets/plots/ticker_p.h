// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <qcustomplot.h>

namespace ulpscope {

/// The ticks of core/report, so that the window and the SVG files number their axes alike; powers of ten with Unicode
/// superscripts.
class Ticker final : public QCPAxisTicker {
 public:
  explicit Ticker(bool logarithmic) : m_logarithmic(logarithmic) {}
  /// About how many fit; set from the axis' length in pixels.
  void setRoomFor(int ticks) { m_atMost = ticks; }

  void generate(const QCPRange& range, const QLocale& locale, QChar formatChar, int precision, QVector<double>& ticks,
                QVector<double>* subTicks, QVector<QString>* tickLabels) override;

 private:
  bool m_logarithmic;
  int m_atMost = 8;
};

}  // namespace ulpscope
