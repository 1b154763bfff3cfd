// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "core/analysis/overview.h"
#include "core/checkpoint/tensor_index.h"
#include "widgets/plots/painted_plot.h"

namespace ulpscope {

/// One bar a tensor of a floating-point type, in file order, packed weights as what they decode to where their first
/// part lies: where in the model something stands out. Click goes there. Where there are more tensors than pixels, a
/// pixel shows the largest of its tensors.
class OverviewStrip final : public PaintedPlot {
  Q_OBJECT

 public:
  enum class Quantity { AbsMax, StandardDeviation, Kurtosis, OutlierShare };

  explicit OverviewStrip(QWidget* parent = nullptr);

  /// `summaries`: one a tensor of the checkpoint; nullopt is not known yet. They stay the caller's;
  /// both are nullptr where nothing is open.
  void setIndex(std::shared_ptr<const TensorIndex> index, const std::vector<std::optional<TensorSummary>>* summaries);
  void setQuantity(Quantity quantity);
  void setCurrent(std::optional<std::size_t> tensor);
  /// The summaries have changed.
  void refresh();

  QSize sizeHint() const override { return {400, 72}; }
  QSize minimumSizeHint() const override { return {120, 56}; }

 Q_SIGNALS:
  void tensorChosen(std::size_t tensor);

 protected:
  /// The tensors with the chosen quantity, in the order of the strip.
  bool hasTable() const override { return true; }
  Table table() const override;
  void paintPicture(QPainter& painter, const QRectF& area, const ThemeColors& colors) const override;
  void paintMarks(QPainter& painter) const override;
  void mousePressEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  bool event(QEvent* event) override;

 private:
  const std::vector<std::size_t>& weights() const;  ///< from left to right
  std::optional<double> valueOf(std::size_t tensor) const;
  /// A tensor of the strip, or the largest of those that share a pixel.
  struct Bar {
    double value = -1;  ///< below 0: not known
    bool isStrange = false;
  };
  void measureBars(double width) const;
  /// A place among the weights.
  std::optional<std::size_t> slotAt(double x) const;
  double slotWidth(double width) const;

  const std::vector<std::optional<TensorSummary>>* m_summaries = nullptr;
  std::shared_ptr<const TensorIndex> m_index;
  Quantity m_quantity = Quantity::AbsMax;
  std::optional<std::size_t> m_current;
  // Of 92,000 tensors: made once, not at each painting.
  mutable std::vector<Bar> m_bars;
  mutable double m_barsWidth = -1;  ///< below 0: to be made anew
  mutable double m_highest = 0;
};

}  // namespace ulpscope
