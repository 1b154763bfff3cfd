// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QTimer>
#include <QWidget>
#include <memory>
#include <optional>

#include "core/checkpoint/tensor_index.h"

class QLineEdit;
class QMenu;
class QPushButton;
class QTreeView;

namespace ulpscope {

class PlainLabel;
class TensorColumns;
class TensorTreeModel;

/// The list of tensors: a filter above, the tree of modules below, and between them a remark where the file holds what
/// could do harm. The current row is the selected tensor. A click on the title of a column ranks all tensors by it, the
/// third one brings the modules back. Below the list stands what all that it shows comes to.
class TensorPanel final : public QWidget {
  Q_OBJECT

 public:
  explicit TensorPanel(TensorTreeModel& model, QWidget* parent = nullptr);

  void setIndex(std::shared_ptr<const TensorIndex> index);
  /// Opens the group of `tensor` and makes it the current row, without emitting tensorChosen.
  void showTensor(std::size_t tensor);
  /// Values were read: what is filtered or ranked by them follows, a little later.
  void valuesChanged();
  QLineEdit* filterField() const { return m_filter; }
  QTreeView* tree() const { return m_tree; }

 Q_SIGNALS:
  void tensorChosen(std::size_t tensor);
  /// Something in the file that is no tensor, as an index into Checkpoint::objects.
  void objectChosen(std::size_t object);
  /// A module, by its name and its tensors.
  void groupChosen(const std::string& name, const std::vector<std::size_t>& tensors);

 protected:
  void resizeEvent(QResizeEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  QWidget* buildTop();
  void buildTree();
  void choose(const QModelIndex& index);
  void applyFilter();
  /// Changes the model by `change`, and shows what it leaves as a list should be.
  template <class Change>
  void rearrange(Change change);
  /// Groups and what is no tensor are one cell; their size or type is painted at its end.
  void spanGroups();
  void openGroups();
  void showCounts();
  QWidget* buildRemark();
  void showRemark(const Checkpoint* checkpoint);
  void showSuspicious();

  TensorTreeModel& m_model;
  std::shared_ptr<const TensorIndex> m_index;
  QLineEdit* m_filter;
  PlainLabel* m_count;
  PlainLabel* m_complaint;  ///< about the filter
  QWidget* m_remark;
  PlainLabel* m_remarkText;
  QTreeView* m_tree;
  TensorColumns* m_columns;
  PlainLabel* m_total;
  QTimer m_refreshing;
  std::size_t m_tensors = 0;
  std::optional<std::size_t> m_current;
};

}  // namespace ulpscope
