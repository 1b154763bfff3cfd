// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <span>

#include "core/analysis/quantiles.h"
#include "widgets/checkpoint/tensor_view.h"
#include "widgets/session/task.h"

class QPushButton;

namespace ulpscope {

class PlainLabel;
class PlotView;
class TableModel;
class TableView;

/// How far the values reach: their quantiles, exact on demand, and the largest magnitudes of blocks of every size.
class RangesView final : public TensorView {
  Q_OBJECT

 public:
  explicit RangesView(Session& session, QWidget* parent = nullptr);
  ~RangesView() override;
  PlotBase* figure() const override;

 protected:
  void refresh() override;

 private:
  void show(std::span<const Quantile> quantiles);
  void makeExact();

  PlainLabel* m_note;
  QPushButton* m_exact;
  TableModel* m_rows;
  TableView* m_quantiles;
  PlotView* m_blocks;
  Task m_reading;
};

}  // namespace ulpscope
