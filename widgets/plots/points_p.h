// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <qcustomplot.h>

#include "core/report/figure.h"

namespace ulpscope {

/// Dots with their labels beside them, each put where it covers no other; a marked dot wears a ring in the outlier
/// colour.
class Points final : public QCPAbstractPlottable {
  Q_OBJECT

 public:
  Points(QCPAxis* keyAxis, QCPAxis* valueAxis, const Series& series);
  void setColors(const QColor& fill, const QColor& marked, const QColor& text, const QColor& ground);

  const Series& series() const { return m_series; }
  QPointF pixelOf(std::size_t point) const;

  double selectTest(const QPointF& position, bool onlySelectable, QVariant* details) const override;
  QCPRange getKeyRange(bool& found, QCP::SignDomain domain) const override;
  QCPRange getValueRange(bool& found, QCP::SignDomain domain, const QCPRange& inKeyRange) const override;

 protected:
  void draw(QCPPainter* painter) override;
  void drawLegendIcon(QCPPainter* painter, const QRectF& rect) const override;

 private:
  void drawLabels(QCPPainter& painter, const QVector<QRectF>& dots) const;

  Series m_series;
  QColor m_fill;
  QColor m_marked;
  QColor m_text;
  QColor m_ground;  ///< behind labels, so that no line strikes them
};

}  // namespace ulpscope
