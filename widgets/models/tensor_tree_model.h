// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QAbstractItemModel>
#include <memory>
#include <optional>
#include <vector>

#include "core/analysis/overview.h"
#include "core/checkpoint/tensor_tree.h"

namespace ulpscope {

/// The tensors of a checkpoint, grouped by module and filtered. Groups are top-level rows; their internal id is kGroup,
/// that of a leaf the row of its group.
class TensorTreeModel final : public QAbstractItemModel {
  Q_OBJECT

 public:
  enum Column { Name, Outline, Type, Shape, Size, ColumnCount };

  explicit TensorTreeModel(QObject* parent = nullptr);

  void setCheckpoint(std::shared_ptr<const Checkpoint> checkpoint);
  /// See TensorFilter::matches.
  void setFilter(const QString& query);
  void setSummary(std::size_t tensor, const TensorSummary& summary);
  void clearSummaries();

  /// Tensors that pass the filter.
  std::size_t shownTensors() const { return m_shown; }
  /// The row of a tensor; invalid if the filter hides it.
  QModelIndex indexOf(std::size_t tensor) const;
  /// The tensor of a row, as an index into Checkpoint::tensors; nullopt for groups.
  std::optional<std::size_t> tensorAt(const QModelIndex& index) const;
  /// nullptr for groups and while nothing is known of the tensor yet.
  const TensorSummary* summaryAt(const QModelIndex& index) const;
  const std::vector<std::optional<TensorSummary>>& summaries() const { return m_summaries; }

  QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
  QModelIndex parent(const QModelIndex& child) const override;
  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

 private:
  static constexpr quintptr kGroup = ~quintptr{0};
  struct Place {
    int group = -1;
    int row = -1;
  };
  void rebuild();
  QVariant groupData(const TensorGroup& group, int column, int role) const;
  QString toolTip(std::size_t tensor) const;
  QVariant leafData(const TensorGroup::Leaf& leaf, int column, int role) const;

  std::shared_ptr<const Checkpoint> m_checkpoint;
  std::optional<TensorFilter> m_filter;
  QString m_query;
  std::vector<TensorGroup> m_allGroups;
  std::vector<TensorGroup> m_groups;  ///< those that the filter leaves
  std::vector<Place> m_places;        ///< of each tensor; group -1: hidden
  std::size_t m_shown = 0;
  std::vector<std::optional<TensorSummary>> m_summaries;
};

}  // namespace ulpscope
