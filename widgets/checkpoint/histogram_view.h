// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "core/report/figure.h"
#include "widgets/checkpoint/tensor_view.h"
#include "widgets/session/task.h"

class QComboBox;

namespace ulpscope {

class PlotView;

/// The distribution of a tensor's values, with linear, logarithmic or exponent axes, and the absolute maxima of its
/// columns below. A click on a bar selects the first element in it and opens its bits.
class HistogramView final : public TensorView {
  Q_OBJECT

 public:
  explicit HistogramView(Session& session, QWidget* parent = nullptr);
  PlotBase* figure() const override;

 Q_SIGNALS:
  void columnChosen(std::uint64_t column);

 protected:
  void refresh() override;

 private:
  void measure();
  void showColumns();
  void setTicks();
  void openElementOfBar(std::size_t series, std::size_t bar);

  QComboBox* m_axis;
  QComboBox* m_range;
  QComboBox* m_ticks;
  PlotView* m_histogram;
  PlotView* m_columns;
  Task m_measuring;
  Task m_finding;
};

}  // namespace ulpscope
