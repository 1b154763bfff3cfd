// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/tensor_tree_model.h"

#include <QStringList>
#include <algorithm>
#include <cmath>

#include "core/base/text.h"
#include "widgets/models/tensor_ranking.h"
#include "widgets/session/text.h"
#include "widgets/theme/theme.h"

namespace ulpscope {

TensorTreeModel::TensorTreeModel(QObject* parent) : QAbstractItemModel(parent) {}

void TensorTreeModel::setIndex(std::shared_ptr<const TensorIndex> index) {
  beginResetModel();
  m_index = std::move(index);
  const std::size_t tensors = m_index ? checkpoint().tensors.size() : 0;
  m_summaries.assign(tensors, std::nullopt);
  m_flags.assign(tensors, TensorFlags());
  rebuild();
  endResetModel();
}

Result<> TensorTreeModel::setFilter(const QString& text) {
  if (text == m_queryText) return {};
  auto query = TensorQuery::parse(text.toStdString());
  if (!query) return tl::unexpected(std::move(query).error());
  beginResetModel();
  m_queryText = text;
  m_query = std::move(*query);
  rebuild();
  endResetModel();
  return {};
}

bool TensorTreeModel::dependsOnValues() const {
  return m_query.needsValues() || m_sortColumn == Outline || m_sortColumn >= AbsMax;
}

void TensorTreeModel::refresh() {
  beginResetModel();
  rebuild();
  endResetModel();
}

void TensorTreeModel::sort(int column, Qt::SortOrder order) {
  if (column == m_sortColumn && order == m_sortOrder) return;
  beginResetModel();
  m_sortColumn = column;
  m_sortOrder = order;
  rebuild();
  endResetModel();
}

std::size_t TensorTreeModel::unknownToFilter() const {
  if (!m_query.needsValues()) return 0;
  std::size_t unknown = 0;
  for (std::size_t tensor = 0; tensor < m_summaries.size(); ++tensor) {
    const TensorInfo& info = checkpoint().tensors[tensor];
    if (!m_summaries[tensor] && info.isReadable() && !info.partOf) ++unknown;
  }
  return unknown;
}

void TensorTreeModel::rebuild() {
  m_rows.clear();
  m_objects.clear();
  m_foundByParts.clear();
  m_places.assign(m_index ? checkpoint().tensors.size() : 0, Place());
  if (!m_index) return;
  keepOnly(checkpoint(), m_index->groups, m_index->filter.matches(m_query, m_flags), m_rows);
  m_objects = m_index->filter.matchingObjects(m_query);
  for (const auto& [tensor, parts] : m_rows.someParts) m_foundByParts.push_back(tensor);
  if (isRanked()) rank(m_rows, *m_index, m_summaries, m_sortColumn, m_sortOrder);
  for (int group = 0; group < static_cast<int>(m_rows.groups.size()); ++group) {
    const TensorRows::Group& rows = m_rows.groups[static_cast<std::size_t>(group)];
    for (int row = 0; row < static_cast<int>(rows.count); ++row) {
      const TensorGroup::Leaf& leaf = *m_rows.leaves[rows.first + static_cast<std::size_t>(row)];
      m_places[leaf.tensor] = {group, row, -1};
      const auto& parts = m_rows.partsOf(leaf);
      for (int part = 0; part < static_cast<int>(parts.size()); ++part)
        m_places[parts[static_cast<std::size_t>(part)].tensor] = {group, row, part};
    }
  }
}

/// False where there is no such tensor.
bool TensorTreeModel::remember(std::size_t tensor, const TensorSummary& summary) {
  if (tensor >= m_summaries.size()) return false;
  m_summaries[tensor] = summary;
  const Statistics& statistics = summary.statistics;
  TensorFlags& flags = m_flags[tensor];
  flags.set(TensorFlag::NotANumber, statistics.kinds.nan > 0);
  flags.set(TensorFlag::Infinite, statistics.kinds.positiveInfinity + statistics.kinds.negativeInfinity > 0);
  flags.set(TensorFlag::Outliers, summary.outlierColumns > 0);
  flags.set(TensorFlag::Zero, statistics.count > 0 && statistics.kinds.zero == statistics.count);
  return true;
}

void TensorTreeModel::setSummary(std::size_t tensor, const TensorSummary& summary) {
  if (!remember(tensor, summary)) return;
  const QModelIndex row = indexOf(tensor);
  if (row.isValid()) Q_EMIT dataChanged(row, row.siblingAtColumn(ColumnCount - 1));
}

void TensorTreeModel::setSummaries(const Summaries& summaries) {
  for (const auto& [tensor, summary] : summaries) remember(tensor, summary);
  Q_EMIT summariesChanged();
}

void TensorTreeModel::clearSummaries() { m_summaries.assign(m_summaries.size(), std::nullopt); }

void TensorTreeModel::setFindings(const std::vector<std::size_t>& tensors) {
  for (TensorFlags& flags : m_flags) flags.set(TensorFlag::Finding, false);
  for (const std::size_t tensor : tensors) m_flags[tensor].set(TensorFlag::Finding);
}

// The internal id holds what stands above a row: 0 for groups, the group + 1 for leaves, and for parts also the leaf +
// 1 in the upper half.
QModelIndex TensorTreeModel::indexAt(const Place& place, int column) const {
  const auto above = [](int at) { return static_cast<quint64>(at) + 1; };
  if (place.leaf < 0) return createIndex(place.group, column, quintptr{0});
  if (place.part < 0) return createIndex(place.leaf, column, static_cast<quintptr>(above(place.group)));
  return createIndex(place.part, column, static_cast<quintptr>(above(place.leaf) << 32 | above(place.group)));
}

TensorTreeModel::Place TensorTreeModel::placeOf(const QModelIndex& index) {
  const auto id = static_cast<quint64>(index.internalId());
  if (id == 0) return {index.row(), -1, -1};
  const int group = static_cast<int>(id & 0xFFFF'FFFF) - 1;
  const int leaf = static_cast<int>(id >> 32) - 1;
  return leaf < 0 ? Place{group, index.row(), -1} : Place{group, leaf, index.row()};
}

const TensorGroup::Leaf& TensorTreeModel::leafAt(const Place& place) const {
  const std::size_t first = m_rows.groups[static_cast<std::size_t>(place.group)].first;
  const TensorGroup::Leaf& leaf = *m_rows.leaves[first + static_cast<std::size_t>(place.leaf)];
  return place.part < 0 ? leaf : m_rows.partsOf(leaf)[static_cast<std::size_t>(place.part)];
}

QModelIndex TensorTreeModel::indexOf(std::size_t tensor) const {
  if (tensor >= m_places.size() || m_places[tensor].group < 0) return {};
  return indexAt(m_places[tensor]);
}

QModelIndex TensorTreeModel::objectsGroup() const {
  return m_objects.empty() ? QModelIndex() : indexAt({static_cast<int>(m_rows.groups.size()), -1, -1});
}

std::optional<std::size_t> TensorTreeModel::tensorAt(const QModelIndex& index) const {
  if (!index.isValid()) return {};
  const Place place = placeOf(index);
  return place.leaf < 0 || isObjects(place) ? std::nullopt : std::optional(leafAt(place).tensor);
}

std::optional<std::size_t> TensorTreeModel::objectAt(const QModelIndex& index) const {
  if (!index.isValid()) return {};
  const Place place = placeOf(index);
  return place.leaf < 0 || !isObjects(place) ? std::nullopt
                                             : std::optional(m_objects[static_cast<std::size_t>(place.leaf)]);
}

const TensorRows::Group* TensorTreeModel::groupAt(const QModelIndex& index) const {
  if (!index.isValid()) return nullptr;
  const Place place = placeOf(index);
  return place.leaf < 0 && !isObjects(place) ? &m_rows.groups[static_cast<std::size_t>(place.group)] : nullptr;
}

TensorTreeModel::Kind TensorTreeModel::kindAt(const QModelIndex& index) const {
  if (const auto object = objectAt(index))
    return checkpoint().objects[*object].suspicious ? Kind::Suspicious : Kind::Object;
  const auto tensor = tensorAt(index);
  if (!tensor) return Kind::Group;
  const TensorInfo& info = checkpoint().tensors[*tensor];
  if (!info.isReadable()) return Kind::Unreadable;
  return info.partOf ? Kind::Part : Kind::Tensor;
}

const TensorSummary* TensorTreeModel::summaryAt(const QModelIndex& index) const {
  const auto tensor = tensorAt(index);
  return tensor && m_summaries[*tensor] ? &*m_summaries[*tensor] : nullptr;
}

QModelIndex TensorTreeModel::index(int row, int column, const QModelIndex& parent) const {
  if (row < 0 || column < 0 || row >= rowCount(parent) || column >= ColumnCount) return {};
  if (!parent.isValid()) return indexAt({row, -1, -1}, column);
  const Place above = placeOf(parent);
  return indexAt(above.leaf < 0 ? Place{above.group, row, -1} : Place{above.group, above.leaf, row}, column);
}

QModelIndex TensorTreeModel::parent(const QModelIndex& child) const {
  if (!child.isValid()) return {};
  const Place place = placeOf(child);
  if (place.leaf < 0) return {};
  return indexAt({place.group, place.part < 0 ? -1 : place.leaf, -1});
}

int TensorTreeModel::rowCount(const QModelIndex& parent) const {
  if (!parent.isValid()) return static_cast<int>(m_rows.groups.size()) + (m_objects.empty() ? 0 : 1);
  const Place place = placeOf(parent);
  if (parent.column() != 0 || place.part >= 0) return 0;
  if (isObjects(place)) return place.leaf < 0 ? static_cast<int>(m_objects.size()) : 0;
  if (place.leaf >= 0) return static_cast<int>(m_rows.partsOf(leafAt(place)).size());
  return static_cast<int>(m_rows.groups[static_cast<std::size_t>(place.group)].count);
}

int TensorTreeModel::columnCount(const QModelIndex&) const { return ColumnCount; }

QVariant TensorTreeModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  if (role == Qt::TextAlignmentRole)
    return QVariant::fromValue(Qt::AlignVCenter | (index.column() == Name ? Qt::AlignLeft : Qt::AlignRight));
  const Place place = placeOf(index);
  if (place.leaf < 0) return groupData(place.group, index.column(), role);
  if (const auto object = objectAt(index)) return objectData(checkpoint().objects[*object], index.column(), role);
  return leafData(place, index.column(), role);
}

QVariant TensorTreeModel::groupData(int at, int column, int role) const {
  if (isObjects({at, -1, -1})) {
    if (role == Qt::ToolTipRole)
      return plainToolTip(tr("What the file holds beside tensors, numbers and text. None of it was built or run."));
    if (role != Qt::DisplayRole || (column != Name && column != Size)) return {};
    return column == Name ? tr("Not tensors") : grouped(m_objects.size());
  }
  const TensorRows::Group& group = m_rows.groups[static_cast<std::size_t>(at)];
  const QString name = group.group ? shown(group.group->name) : tr("All tensors");
  if (role == Qt::ToolTipRole)
    return plainToolTip(
        tr("%1\nTensors %2, parameters %3, %4")
            .arg(name, grouped(group.count), grouped(group.elements), QString::fromStdString(humanBytes(group.bytes))));
  if (role != Qt::DisplayRole) return {};
  switch (column) {
    case Name:
      return name;
    case Size:
      return QString::fromStdString(humanBytes(group.bytes));
    case Parameters:
      return grouped(group.elements);
    default:
      return {};
  }
}

QString TensorTreeModel::toolTip(std::size_t index) const {
  const TensorInfo& tensor = checkpoint().tensors[index];
  QStringList lines{shown(tensor.name), tr("%1 %2, %3 elements, %4 bytes")
                                            .arg(typeText(tensor), shapeText(tensor.shape), grouped(tensor.elements),
                                                 grouped(tensor.bytes))};
  if (const QString place = placeText(checkpoint(), tensor); !place.isEmpty()) lines << place;
  if (tensor.packing) lines << shown(tensor.packing->title);
  if (tensor.partOf) lines << tr("A part of %1").arg(shown(checkpoint().tensors[*tensor.partOf].name));
  if (tensor.sharesWith) lines << tr("The same bytes as %1").arg(shown(checkpoint().tensors[*tensor.sharesWith].name));
  if (!tensor.isReadable()) lines << whyUnreadable(tensor);
  if (tensor.isReadable() && !tensor.remark.empty()) lines << shown(tensor.remark);
  if (const auto& summary = m_summaries[index]) {
    const Statistics& s = summary->statistics;
    if (s.finite > 0)
      lines << tr("Largest magnitude %1, standard deviation %2, kurtosis %3")
                   .arg(qt(shortest(s.absMax)), qt(shortest(s.standardDeviation)), qt(shortest(s.kurtosis)));
    if (summary->outlierColumns > 0)
      lines << tr("%1 of %2 columns are outliers").arg(grouped(summary->outlierColumns), grouped(summary->columns));
    if (summary->hasNonFinite())
      lines << tr("NaN or infinite: %1").arg(grouped(summary->statistics.count - summary->statistics.finite));
  }
  return plainToolTip(lines.join(u'\n'));
}

QVariant TensorTreeModel::leafData(const Place& place, int column, int role) const {
  const TensorGroup::Leaf& leaf = leafAt(place);
  if (role == Qt::ToolTipRole) return toolTip(leaf.tensor);
  if (role != Qt::DisplayRole) return {};
  const TensorInfo& tensor = checkpoint().tensors[leaf.tensor];
  switch (column) {
    case Name:
      return isRanked() && place.part < 0 ? shown(tensor.name) : shown(leaf.label);
    case Type:
      return typeText(tensor);
    case Shape:
      return shapeText(tensor.shape);
    case Size:
      return tensor.sharesWith ? tr("shared") : QString::fromStdString(humanBytes(tensor.bytes));
    case Parameters:
      return grouped(tensor.elements);
    case Role:
      return qt(titleOf(m_index->filter.placeOf(leaf.tensor).role));
    default:
      return m_summaries[leaf.tensor] ? summaryData(*m_summaries[leaf.tensor], column) : QVariant();
  }
}

QVariant TensorTreeModel::summaryData(const TensorSummary& summary, int column) const {
  const Statistics& statistics = summary.statistics;
  const auto brief = [](double value) { return std::isnan(value) ? emDash() : QString::number(value, 'g', 4); };
  switch (column) {
    case AbsMax:
      return brief(statistics.absMax);
    case Deviation:
      return brief(statistics.standardDeviation);
    case Kurtosis:
      return brief(statistics.kurtosis);
    case OutlierColumns:
      return grouped(summary.outlierColumns);
    case Zeros:
      return grouped(statistics.kinds.zero);
    case NonFinite:
      return grouped(statistics.count - statistics.finite);
    default:
      return {};
  }
}

QVariant TensorTreeModel::objectData(const InertObject& object, int column, int role) const {
  if (role == Qt::ToolTipRole)
    return plainToolTip(QStringList{shown(object.name), shown(object.type), shown(object.remark)}.join(u'\n'));
  if (role != Qt::DisplayRole) return {};
  switch (column) {
    case Name:
      return shown(object.name);
    case Size:
      return shown(object.type);
    default:
      return {};
  }
}

QVariant TensorTreeModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  if (role == Qt::TextAlignmentRole)
    return QVariant::fromValue(Qt::AlignVCenter | (section == Name ? Qt::AlignLeft : Qt::AlignRight));
  if (role == Qt::FontRole) return theme().words(11, QFont::Medium);
  if (role == Qt::ToolTipRole)
    return plainToolTip(
        tr("A click ranks all tensors by this, another one the other way round, "
           "a third one brings the modules back"));
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
    case Outline:
      return tr("Values");
    case Parameters:
      return tr("Elements");
    case Role:
      return tr("Role");
    case AbsMax:
      return tr("Largest |x|");
    case Deviation:
      return tr("Std. dev.");
    case Kurtosis:
      return tr("Kurtosis");
    case OutlierColumns:
      return tr("Outliers");
    case Zeros:
      return tr("Zeros");
    case NonFinite:
      return tr("NaN, Inf");
    default:
      return {};
  }
}

}  // namespace ulpscope
