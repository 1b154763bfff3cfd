// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "core/analysis/matrix_slice.h"
#include "widgets/checkpoint/tensor_view.h"
#include "widgets/models/copy_as.h"
#include "widgets/session/task.h"

class QTableView;

namespace ulpscope {

class MatrixValuesModel;
class PlainLabel;
class SliceBox;

/// The values as a grid, of a tensor of rank above two slice by slice. The current cell is the selected element; Enter
/// or a double click opens its bits.
class ValuesView final : public TensorView {
  Q_OBJECT

 public:
  explicit ValuesView(Session& session, QWidget* parent = nullptr);

 protected:
  void refresh() override;
  void showEvent(QShowEvent* event) override;

 private:
  void showMatrix();
  void followSelection();
  /// Reads the selected cells, which need not have been in view.
  void copySelection(CopyAs form);

  PlainLabel* m_note;
  SliceBox* m_slice;
  MatrixValuesModel* m_model;
  MatrixSlice m_matrix;
  QTableView* m_table;
  Task m_copying;
};

}  // namespace ulpscope
