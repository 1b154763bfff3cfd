// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <qcustomplot.h>

#include <vector>

namespace ulpscope {

/// Short marks below the lower axis where a format has its values. Where more of them are in view than can be told
/// apart, none is drawn, and a sentence says how many there are.
class FormatTicks final : public QCPAbstractItem {
  Q_OBJECT

 public:
  explicit FormatTicks(QCustomPlot& plot) : QCPAbstractItem(&plot) {
    setSelectable(false);
    setLayer(QStringLiteral("axes"));  // above the bars
    setClipToAxisRect(false);
  }
  /// `values` in ascending order, without equal ones.
  void setValues(std::vector<double> values, const QString& title);
  void setColors(const QColor& mark, const QColor& text, const QColor& ground);
  std::size_t inView() const;
  bool tooMany() const;

  double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }

 protected:
  void draw(QCPPainter* painter) override;

 private:
  std::vector<double> m_values;
  QString m_title;
  QColor m_color;
  QColor m_text;
  QColor m_ground;
};

}  // namespace ulpscope
