// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <memory>
#include <optional>
#include <vector>

#include "core/analysis/overview.h"

namespace ulpscope {

class PlainLabel;
class TableModel;
class TableView;

/// What the tensors of one module come to: elements and bytes by type, and each tensor with what its values are like.
class GroupView final : public QWidget {
  Q_OBJECT

 public:
  explicit GroupView(QWidget* parent = nullptr);

  /// `summaries`: one a tensor of the checkpoint, nullopt where it was not read yet.
  void show(const std::string& name, const Checkpoint& checkpoint, const std::vector<std::size_t>& tensors,
            const std::vector<std::optional<TensorSummary>>& summaries);

 Q_SIGNALS:
  /// A row was opened, by double click or Enter.
  void tensorChosen(std::size_t tensor);

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  PlainLabel* m_title;
  TableModel* m_typeRows;
  TableView* m_types;
  TableModel* m_tensorRows;
  TableView* m_tensorTable;
  std::vector<std::size_t> m_tensors;
};

}  // namespace ulpscope
