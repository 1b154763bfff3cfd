// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <optional>

#include "widgets/compare/format_choice.h"
#include "widgets/plots/painted_plot.h"

namespace ulpscope {

/// The positive range of each format as a bar on a log2 axis, its subnormal part lighter and hatched. Up and down walk
/// through the bars, Enter or a click chooses a format.
class RangeChart final : public PaintedPlot {
  Q_OBJECT

 public:
  explicit RangeChart(QWidget* parent = nullptr);

  void setFormats(std::vector<ChosenFormat> formats);

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 Q_SIGNALS:
  void formatPicked(const QString& id);
  /// The row in focus is at this height.
  void walkedTo(int y);

 protected:
  void paintPicture(QPainter& painter, const QRectF& area, const ThemeColors& colors) const override;
  void paintMarks(QPainter& painter) const override;
  void keyPressEvent(QKeyEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  bool event(QEvent* event) override;

 private:
  struct Layout {
    QRectF plot;  ///< where bars are drawn
    double rowHeight;
    double lower, upper;  ///< of the axis
    double pixel(double log2) const { return plot.left() + (log2 - lower) / (upper - lower) * plot.width(); }
  };
  Layout layOut(const QRectF& area) const;
  std::optional<std::size_t> rowAt(QPointF position) const;
  QString textOf(std::size_t row) const;
  void goTo(std::size_t row);

  std::vector<ChosenFormat> m_formats;
  std::optional<std::size_t> m_current;
};

}  // namespace ulpscope
