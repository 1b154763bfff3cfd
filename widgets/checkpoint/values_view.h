// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "widgets/checkpoint/tensor_view.h"

class QTableView;

namespace ulpscope {

class MatrixValuesModel;
class PlainLabel;

/// The values as a grid. The current cell is the selected element; Enter or a double click opens its bits.
class ValuesView final : public TensorView {
  Q_OBJECT

 public:
  explicit ValuesView(Session& session, QWidget* parent = nullptr);

 protected:
  void refresh() override;

 private:
  void followSelection();

  PlainLabel* m_note;
  MatrixValuesModel* m_model;
  QTableView* m_table;
};

}  // namespace ulpscope
