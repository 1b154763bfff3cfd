// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "widgets/checkpoint/tensor_view.h"

namespace ulpscope {

class PlotView;

/// The largest magnitude of every column and of every row, outliers marked. A click asks for that line in the heat map.
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
  PlotView* m_columns;
  PlotView* m_rows;
};

}  // namespace ulpscope
