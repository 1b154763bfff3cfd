// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QAbstractItemModel>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/analysis/overview.h"
#include "core/checkpoint/tensor_index.h"

namespace ulpscope {

/// The tensors of a checkpoint, grouped by module and filtered, the parts of a packed weight below it. What is in the
/// file beside tensors is the last group. Sorted by a column (sort()) they are ranked instead: one group, the first,
/// holds them all under their whole names, and a view makes it its root.
class TensorTreeModel final : public QAbstractItemModel {
  Q_OBJECT

 public:
  enum Column {
    Name,
    Outline,
    Type,
    Shape,
    Size,
    Parameters,
    Role,
    AbsMax,
    Deviation,
    Kurtosis,
    OutlierColumns,
    Zeros,
    NonFinite,
    ColumnCount
  };

  /// What a row is, by which it is drawn.
  enum class Kind {
    Group,
    Tensor,
    Part,        ///< of the packed weight above it
    Unreadable,  ///< a tensor whose elements cannot be read
    Object,      ///< no tensor
    Suspicious   ///< no tensor, and what it names can run commands or reach files
  };

  explicit TensorTreeModel(QObject* parent = nullptr);

  void setIndex(std::shared_ptr<const TensorIndex> index);
  /// See TensorQuery. What is no query leaves everything as it was.
  Result<> setFilter(const QString& query);
  void setSummary(std::size_t tensor, const TensorSummary& summary);
  /// The same of thousands at once, without dataChanged: a tree view looks for the place of each cell that it is told
  /// of, which takes longer than to paint what can be seen.
  using Summaries = std::vector<std::pair<std::size_t, TensorSummary>>;
  void setSummaries(const Summaries& summaries);
  void clearSummaries();
  /// The tensors that a rule found something in.
  void setFindings(const std::vector<std::size_t>& tensors);
  /// Whether the filter or the order asks for what is read of the values.
  bool dependsOnValues() const;
  /// Applies the filter and the order again, to what has been read since.
  void refresh();
  bool isRanked() const { return m_sortColumn >= 0; }
  /// What the filter asks of values is not known of this many tensors yet.
  std::size_t unknownToFilter() const;

  /// Tensors that pass the filter, with packed weights as one.
  std::size_t shownTensors() const { return m_rows.leaves.size(); }
  /// The same, in the order of the list.
  const TensorRows& rows() const { return m_rows; }
  /// Those of them that the filter leaves for the sake of some of their parts.
  const std::vector<std::size_t>& foundByParts() const { return m_foundByParts; }
  /// The row of a tensor; invalid if the filter hides it.
  QModelIndex indexOf(std::size_t tensor) const;
  /// The group of what is no tensor; invalid where nothing of it is shown.
  QModelIndex objectsGroup() const;
  /// The tensor of a row, as an index into Checkpoint::tensors.
  std::optional<std::size_t> tensorAt(const QModelIndex& index) const;
  /// The same into Checkpoint::objects.
  std::optional<std::size_t> objectAt(const QModelIndex& index) const;
  /// The module of a row that stands for one, with the tensors that the filter leaves of it; nullptr for other rows.
  const TensorRows::Group* groupAt(const QModelIndex& index) const;
  Kind kindAt(const QModelIndex& index) const;
  /// nullptr for other rows than tensors, and while nothing is known of the tensor yet.
  const TensorSummary* summaryAt(const QModelIndex& index) const;
  const std::vector<std::optional<TensorSummary>>& summaries() const { return m_summaries; }
  /// nullptr where there is none.
  const TensorIndex* tensorIndex() const { return m_index.get(); }

  QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
  QModelIndex parent(const QModelIndex& child) const override;
  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
  /// A column from -1 (by module) on.
  void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

 Q_SIGNALS:
  /// setSummaries has changed any rows: a view paints itself anew.
  void summariesChanged();

 private:
  /// Where a row stands: its group, its place in that, and for a part its place below the weight. Two of them are the
  /// internal id of an index, the last is its row.
  struct Place {
    int group = -1;  ///< -1: the filter hides it
    int leaf = -1;   ///< -1: the group itself
    int part = -1;   ///< -1: the leaf itself
  };
  QModelIndex indexAt(const Place& place, int column = Name) const;
  static Place placeOf(const QModelIndex& index);
  bool isObjects(const Place& place) const { return static_cast<std::size_t>(place.group) == m_rows.groups.size(); }
  const TensorGroup::Leaf& leafAt(const Place& place) const;

  void rebuild();
  bool remember(std::size_t tensor, const TensorSummary& summary);
  QVariant summaryData(const TensorSummary& summary, int column) const;
  QVariant groupData(int group, int column, int role) const;
  QVariant leafData(const Place& place, int column, int role) const;
  QVariant objectData(const InertObject& object, int column, int role) const;
  QString toolTip(std::size_t tensor) const;

  const Checkpoint& checkpoint() const { return *m_index->checkpoint; }

  std::shared_ptr<const TensorIndex> m_index;
  TensorQuery m_query;
  QString m_queryText;
  int m_sortColumn = -1;
  Qt::SortOrder m_sortOrder = Qt::DescendingOrder;
  std::vector<TensorFlags> m_flags;
  TensorRows m_rows;                   ///< what the filter leaves
  std::vector<std::size_t> m_objects;  ///< the same; the group behind all others, where there are any
  std::vector<Place> m_places;         ///< of each tensor
  std::vector<std::size_t> m_foundByParts;
  std::vector<std::optional<TensorSummary>> m_summaries;
};

}  // namespace ulpscope
