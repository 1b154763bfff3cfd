// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <qcustomplot.h>

#include <vector>

namespace ulpscope {

/// Short marks above the lower axis where a format has its values; marks that share a pixel are drawn once.
class FormatTicks final : public QCPAbstractItem {
  Q_OBJECT

 public:
  explicit FormatTicks(QCustomPlot& plot) : QCPAbstractItem(&plot) {
    setSelectable(false);
    setLayer(QStringLiteral("axes"));  // above the bars
  }
  void setValues(std::vector<double> values) { m_values = std::move(values); }
  void setColor(const QColor& color) { m_color = color; }

  double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }

 protected:
  void draw(QCPPainter* painter) override;

 private:
  std::vector<double> m_values;
  QColor m_color;
};

}  // namespace ulpscope
