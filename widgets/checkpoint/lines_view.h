// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "core/report/figures.h"
#include "widgets/checkpoint/tensor_view.h"

class QComboBox;
class QDoubleSpinBox;

namespace ulpscope {

class PlotView;

/// The largest magnitude of every column and of every row, in their order or the largest first, outliers marked. From
/// how many deviations on a line is one can be changed here. A click asks for that line in the heat map.
class LinesView final : public TensorView {
  Q_OBJECT

 public:
  explicit LinesView(Session& session, QWidget* parent = nullptr);
  PlotBase* figure() const override;

 Q_SIGNALS:
  void columnChosen(std::uint64_t column);
  void rowChosen(std::uint64_t row);

 protected:
  void refresh() override;

 private:
  LineOrder order() const;

  QComboBox* m_order;
  QDoubleSpinBox* m_deviations;
  PlotView* m_columns;
  PlotView* m_rows;
};

}  // namespace ulpscope
