// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/tensor_tree_model.h"

#include "core/base/text.h"
#include "widgets/session/text.h"

namespace ulpscope {

TensorTreeModel::TensorTreeModel(QObject* parent) : QAbstractItemModel(parent) {}

void TensorTreeModel::setCheckpoint(std::shared_ptr<const Checkpoint> checkpoint) {
  beginResetModel();
  m_checkpoint = std::move(checkpoint);
  m_filter.reset();
  m_allGroups.clear();
  m_summaries.clear();
  if (m_checkpoint) {
    m_allGroups = groupTensors(*m_checkpoint);
    m_filter.emplace(*m_checkpoint);
    m_summaries.resize(m_checkpoint->tensors.size());
  }
  rebuild();
  endResetModel();
}

void TensorTreeModel::setFilter(const QString& query) {
  if (query == m_query) return;
  beginResetModel();
  m_query = query;
  rebuild();
  endResetModel();
}

void TensorTreeModel::rebuild() {
  m_groups.clear();
  m_places.clear();
  m_shown = 0;
  if (!m_checkpoint) return;
  const std::vector<std::size_t> shown = m_filter->matches(m_query.toStdString());
  m_shown = shown.size();
  m_groups = keepOnly(*m_checkpoint, m_allGroups, shown);
  m_places.resize(m_checkpoint->tensors.size());
  for (std::size_t group = 0; group < m_groups.size(); ++group)
    for (std::size_t row = 0; row < m_groups[group].leaves.size(); ++row)
      m_places[m_groups[group].leaves[row].tensor] = {static_cast<int>(group), static_cast<int>(row)};
}

void TensorTreeModel::setSummary(std::size_t tensor, const TensorSummary& summary) {
  if (tensor >= m_summaries.size()) return;
  m_summaries[tensor] = summary;
  const QModelIndex row = indexOf(tensor);
  if (row.isValid()) Q_EMIT dataChanged(row, row.siblingAtColumn(ColumnCount - 1));
}

void TensorTreeModel::clearSummaries() { m_summaries.assign(m_summaries.size(), std::nullopt); }

QModelIndex TensorTreeModel::indexOf(std::size_t tensor) const {
  if (tensor >= m_places.size() || m_places[tensor].group < 0) return {};
  return createIndex(m_places[tensor].row, Name, static_cast<quintptr>(m_places[tensor].group));
}

std::optional<std::size_t> TensorTreeModel::tensorAt(const QModelIndex& index) const {
  if (!index.isValid() || index.internalId() == kGroup) return {};
  return m_groups[index.internalId()].leaves[static_cast<std::size_t>(index.row())].tensor;
}

const TensorSummary* TensorTreeModel::summaryAt(const QModelIndex& index) const {
  const auto tensor = tensorAt(index);
  return tensor && m_summaries[*tensor] ? &*m_summaries[*tensor] : nullptr;
}

QModelIndex TensorTreeModel::index(int row, int column, const QModelIndex& parent) const {
  if (row < 0 || column < 0 || row >= rowCount(parent) || column >= ColumnCount) return {};
  return createIndex(row, column, parent.isValid() ? static_cast<quintptr>(parent.row()) : kGroup);
}

QModelIndex TensorTreeModel::parent(const QModelIndex& child) const {
  if (!child.isValid() || child.internalId() == kGroup) return {};
  return createIndex(static_cast<int>(child.internalId()), 0, kGroup);
}

int TensorTreeModel::rowCount(const QModelIndex& parent) const {
  if (!parent.isValid()) return static_cast<int>(m_groups.size());
  if (parent.internalId() != kGroup || parent.column() != 0) return 0;
  return static_cast<int>(m_groups[static_cast<std::size_t>(parent.row())].leaves.size());
}

int TensorTreeModel::columnCount(const QModelIndex&) const { return ColumnCount; }

QVariant TensorTreeModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  if (role == Qt::TextAlignmentRole)
    return QVariant::fromValue(Qt::AlignVCenter | (index.column() == Name ? Qt::AlignLeft : Qt::AlignRight));
  const bool isGroup = index.internalId() == kGroup;
  const auto& group = m_groups[isGroup ? static_cast<std::size_t>(index.row()) : index.internalId()];
  return isGroup ? groupData(group, index.column(), role)
                 : leafData(group.leaves[static_cast<std::size_t>(index.row())], index.column(), role);
}

QVariant TensorTreeModel::groupData(const TensorGroup& group, int column, int role) const {
  if (role == Qt::ToolTipRole)
    return plainToolTip(tr("%1\nTensors %2, parameters %3, %4")
                            .arg(shown(group.name), grouped(group.leaves.size()), grouped(group.elements),
                                 QString::fromStdString(humanBytes(group.bytes))));
  if (role != Qt::DisplayRole) return {};
  switch (column) {
    case Name:
      return shown(group.name);
    case Size:
      return QString::fromStdString(humanBytes(group.bytes));
    default:
      return {};
  }
}

QString TensorTreeModel::toolTip(std::size_t index) const {
  const TensorInfo& tensor = m_checkpoint->tensors[index];
  QString text = tr("%1\n%2 %3, %4 elements, %5 bytes")
                     .arg(shown(tensor.name), typeText(tensor), shapeText(tensor.shape), grouped(tensor.elements),
                          grouped(tensor.bytes));
  if (!tensor.type) text += tr("\nThis type is not known: the tensor is listed, its values cannot be read.");
  if (const auto& summary = m_summaries[index]) {
    if (summary->outlierColumns > 0)
      text += tr("\n%1 of %2 columns are outliers").arg(grouped(summary->outlierColumns), grouped(summary->columns));
    if (summary->hasNonFinite())
      text += tr("\nNaN or infinite: %1").arg(grouped(summary->statistics.count - summary->statistics.finite));
  }
  return plainToolTip(text);
}

QVariant TensorTreeModel::leafData(const TensorGroup::Leaf& leaf, int column, int role) const {
  if (role == Qt::ToolTipRole) return toolTip(leaf.tensor);
  if (role != Qt::DisplayRole) return {};
  const TensorInfo& tensor = m_checkpoint->tensors[leaf.tensor];
  switch (column) {
    case Name:
      return shown(leaf.label);
    case Type:
      return typeText(tensor);
    case Shape:
      return shapeText(tensor.shape);
    case Size:
      return QString::fromStdString(humanBytes(tensor.bytes));
    default:
      return {};
  }
}

QVariant TensorTreeModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  if (role == Qt::TextAlignmentRole)
    return QVariant::fromValue(Qt::AlignVCenter | (section == Name ? Qt::AlignLeft : Qt::AlignRight));
  if (role != Qt::DisplayRole) return {};
  switch (section) {
    case Name:
      return tr("Tensor");
    case Type:
      return tr("Type");
    case Shape:
      return tr("Shape");
    case Size:
      return tr("Size");
    default:
      return {};
  }
}

}  // namespace ulpscope
