// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <qcustomplot.h>

#include "core/report/figure.h"

namespace ulpscope {

/// The outline of pre-binned data, for several in one picture. Of bins narrower than a pixel the largest is drawn, as
/// Bars does.
class Steps final : public QCPAbstractPlottable {
  Q_OBJECT

 public:
  /// The series must outlive what is drawn of it.
  Steps(QCPAxis* keyAxis, QCPAxis* valueAxis, const Series& series);

  /// What is in view, in pixels, from left to right.
  QPolygonF outline() const;

  double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }
  QCPRange getKeyRange(bool& found, QCP::SignDomain domain) const override;
  QCPRange getValueRange(bool& found, QCP::SignDomain domain, const QCPRange& inKeyRange) const override;

 protected:
  void draw(QCPPainter* painter) override;
  void drawLegendIcon(QCPPainter*, const QRectF&) const override {}

 private:
  static constexpr std::size_t kBlock = 64;
  double largestOf(std::size_t first, std::size_t last) const;

  const Series& m_series;
  QCPRange m_all;  ///< of all values
  bool m_hasAny = false;
  std::vector<double> m_blocks;  ///< largest of every kBlock values, so that a million take no longer than a thousand
};

/// The pixel of each coordinate of an axis, without asking the axis for each.
class PixelScale {
 public:
  explicit PixelScale(const QCPAxis& axis)
      : m_axis(axis),
        m_isLinear(axis.scaleType() == QCPAxis::stLinear),
        m_lower(axis.range().lower),
        m_start(axis.coordToPixel(m_lower)),
        m_slope((axis.coordToPixel(axis.range().upper) - m_start) / axis.range().size()) {}
  double operator()(double coordinate) const {
    return m_isLinear ? m_start + (coordinate - m_lower) * m_slope : m_axis.coordToPixel(coordinate);
  }

 private:
  const QCPAxis& m_axis;
  bool m_isLinear;
  double m_lower;
  double m_start;
  double m_slope;
};

/// Of the values that an axis of that domain can show.
QCPRange rangeOf(const std::vector<double>& values, bool& found, QCP::SignDomain domain);
/// The same of ascending values.
QCPRange edgeRange(const std::vector<double>& edges, bool& found, QCP::SignDomain domain);
/// [first, last) of the bins between ascending edges that a range touches.
std::pair<std::size_t, std::size_t> binsIn(const std::vector<double>& edges, const QCPRange& range);

}  // namespace ulpscope
