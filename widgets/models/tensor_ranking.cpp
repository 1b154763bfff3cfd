// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/tensor_ranking.h"

#include <algorithm>
#include <cmath>

#include "core/base/checked.h"
#include "widgets/models/tensor_tree_model.h"

namespace ulpscope {
namespace {

/// What a tensor is ranked by: nothing where it is not known.
std::optional<double> numberOf(const TensorInfo& info, const std::optional<TensorSummary>& summary, int column) {
  if (column == TensorTreeModel::Size) return static_cast<double>(info.sharesWith ? 0 : info.bytes);
  if (column == TensorTreeModel::Parameters || column == TensorTreeModel::Shape)
    return static_cast<double>(info.elements);
  if (!summary) return {};
  const Statistics& statistics = summary->statistics;
  const auto known = [](double value) { return std::isnan(value) ? std::nullopt : std::optional(value); };
  switch (column) {
    case TensorTreeModel::Outline:
    case TensorTreeModel::AbsMax:
      return known(statistics.absMax);
    case TensorTreeModel::Deviation:
      return known(statistics.standardDeviation);
    case TensorTreeModel::Kurtosis:
      return known(statistics.kurtosis);
    case TensorTreeModel::OutlierColumns:
      return static_cast<double>(summary->outlierColumns);
    case TensorTreeModel::Zeros:
      return static_cast<double>(statistics.kinds.zero);
    case TensorTreeModel::NonFinite:
      return static_cast<double>(statistics.count - statistics.finite);
    default:
      return {};
  }
}

/// Sorts by `keyOf(tensor)`, an optional.
template <class KeyOf>
void sortLeaves(std::vector<const TensorGroup::Leaf*>& leaves, Qt::SortOrder order, KeyOf keyOf) {
  using Key = decltype(keyOf(std::size_t{0}));
  std::vector<std::pair<Key, const TensorGroup::Leaf*>> keyed;
  keyed.reserve(leaves.size());
  for (const TensorGroup::Leaf* leaf : leaves) keyed.emplace_back(keyOf(leaf->tensor), leaf);
  std::ranges::stable_sort(keyed, [&](const auto& a, const auto& b) {
    if (!a.first || !b.first) return a.first.has_value() && !b.first;
    return order == Qt::DescendingOrder ? *a.first > *b.first : *a.first < *b.first;
  });
  std::ranges::transform(keyed, leaves.begin(), [](const auto& each) { return each.second; });
}

}  // namespace

void rank(TensorRows& rows, const TensorIndex& index, const std::vector<std::optional<TensorSummary>>& summaries,
          int column, Qt::SortOrder order) {
  const std::vector<TensorInfo>& tensors = index.checkpoint->tensors;
  TensorRows::Group all{nullptr, 0, rows.leaves.size(), 0, 0};
  for (const TensorRows::Group& group : rows.groups) {
    all.elements = saturatingAdd(all.elements, group.elements);
    all.bytes = saturatingAdd(all.bytes, group.bytes);
  }
  rows.groups = {all};
  const auto known = [](std::string_view word) { return word.empty() ? std::nullopt : std::optional(word); };
  if (column == TensorTreeModel::Type)
    sortLeaves(rows.leaves, order, [&](std::size_t tensor) { return known(typeTitle(tensors[tensor])); });
  else if (column == TensorTreeModel::Role)
    sortLeaves(rows.leaves, order,
               [&](std::size_t tensor) { return known(titleOf(index.filter.placeOf(tensor).role)); });
  else if (column != TensorTreeModel::Name)
    sortLeaves(rows.leaves, order,
               [&](std::size_t tensor) { return numberOf(tensors[tensor], summaries[tensor], column); });
  else if (order == Qt::DescendingOrder)
    std::ranges::reverse(rows.leaves);  // by module they stand in natural order
}

}  // namespace ulpscope
