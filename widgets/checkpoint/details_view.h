// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "widgets/checkpoint/tensor_view.h"
#include "widgets/session/task.h"

class QPlainTextEdit;
class QPushButton;

namespace ulpscope {

class PlainLabel;
class TableModel;
class TableView;

/// Statistics of the tensor, where it lies in the file, and what the checkpoint says of itself. Exports the tensor.
class DetailsView final : public TensorView {
  Q_OBJECT

 public:
  explicit DetailsView(Session& session, QWidget* parent = nullptr);

  /// Asks for a file and writes the tensor as .npy.
  void askAndExport(bool stored);
  /// An existing file is replaced, but none of an open checkpoint; a failure is reported in the strip.
  void exportTo(const QString& path, bool stored);

 protected:
  void refresh() override;

 private:
  void showTensor();
  void showCheckpoint();

  TableModel* m_rows;
  PlainLabel* m_remark;
  TableView* m_table;
  TableModel* m_metadataRows;
  TableView* m_metadata;
  QPlainTextEdit* m_config;
  QWidget* m_exports;  ///< the two buttons
  QPushButton* m_stored;
  Task m_exporting;
};

}  // namespace ulpscope
