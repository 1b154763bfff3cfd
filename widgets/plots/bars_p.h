// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <qcustomplot.h>

#include "core/report/figure.h"

namespace ulpscope {

/// Bars over pre-binned data. Bins narrower than a pixel are pooled to their largest value (a marked one wins), so that
/// a million bins draw in milliseconds and no outlier is lost; QCPBars takes seconds.
class Bars final : public QCPAbstractPlottable {
  Q_OBJECT

 public:
  /// The series must outlive what is drawn of it.
  Bars(QCPAxis* keyAxis, QCPAxis* valueAxis, const Series& series);
  void setColors(const QColor& fill, const QColor& marked, const QColor& text, const QColor& ground);

  const Series& series() const { return m_series; }
  /// The bin that holds `x`; nullopt outside of all.
  std::optional<std::size_t> binAt(double x) const;

  double selectTest(const QPointF& position, bool onlySelectable, QVariant* details) const override;
  QCPRange getKeyRange(bool& found, QCP::SignDomain domain) const override;
  QCPRange getValueRange(bool& found, QCP::SignDomain domain, const QCPRange& inKeyRange) const override;

 protected:
  void draw(QCPPainter* painter) override;
  void drawLegendIcon(QCPPainter* painter, const QRectF& rect) const override;

 private:
  struct Drawn {
    double left;
    double right;
    double value;
    bool marked;
  };
  bool marked(std::size_t bin) const { return bin < m_series.marked.size() && m_series.marked[bin]; }
  QVector<Drawn> layOut(const QCPRange& visible) const;
  void drawLabels(QCPPainter& painter, const QCPRange& visible) const;

  const Series& m_series;
  QColor m_fill;
  QColor m_marked;
  QColor m_text;
  QColor m_ground;  ///< behind labels, so that no line strikes them
};

}  // namespace ulpscope
