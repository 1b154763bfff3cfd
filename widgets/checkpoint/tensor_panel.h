// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <memory>

#include "core/checkpoint/checkpoint.h"

class QLineEdit;
class QTreeView;

namespace ulpscope {

class PlainLabel;
class TensorTreeModel;

/// The list of tensors: a filter above, the tree of modules below, and between them a remark where the file holds what
/// could do harm. The current row is the selected tensor.
class TensorPanel final : public QWidget {
  Q_OBJECT

 public:
  explicit TensorPanel(TensorTreeModel& model, QWidget* parent = nullptr);

  void setCheckpoint(std::shared_ptr<const Checkpoint> checkpoint);
  /// Opens the group of `tensor` and makes it the current row, without emitting tensorChosen.
  void showTensor(std::size_t tensor);
  QLineEdit* filterField() const { return m_filter; }
  QTreeView* tree() const { return m_tree; }

 Q_SIGNALS:
  void tensorChosen(std::size_t tensor);
  /// Something in the file that is no tensor, as an index into Checkpoint::objects.
  void objectChosen(std::size_t object);

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void applyFilter();
  /// Groups and what is no tensor are one cell; their size or type is painted at its end.
  void spanGroups();
  void showCount();
  QWidget* buildRemark();
  void showRemark(const Checkpoint* checkpoint);
  void showSuspicious();
  void fitTypes(const Checkpoint& checkpoint);
  void fitColumns();

  TensorTreeModel& m_model;
  QLineEdit* m_filter;
  PlainLabel* m_count;
  QWidget* m_remark;
  PlainLabel* m_remarkText;
  QTreeView* m_tree;
  int m_typeWidth;
  std::size_t m_tensors = 0;
  std::optional<std::size_t> m_current;
};

}  // namespace ulpscope
