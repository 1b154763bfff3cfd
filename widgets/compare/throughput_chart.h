// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "widgets/plots/painted_plot.h"

namespace ulpscope {

/// Published dense throughput, a panel a GPU, a bar a format: its length is the ratio to float32 on the same GPU.
class ThroughputChart final : public PaintedPlot {
  Q_OBJECT

 public:
  explicit ThroughputChart(QWidget* parent = nullptr);

  QSize minimumSizeHint() const override { return {320, 180}; }

 protected:
  void paintPicture(QPainter& painter, const QRectF& area, const ThemeColors& colors) const override;
  bool event(QEvent* event) override;

 private:
  void paintSources(QPainter& painter, const QRectF& area, const ThemeColors& colors) const;
};

}  // namespace ulpscope
