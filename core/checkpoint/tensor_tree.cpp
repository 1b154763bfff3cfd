// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/tensor_tree.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <optional>

#include "core/base/checked.h"
#include "core/base/natural_order.h"

namespace ulpscope {
namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }

struct NaturalOrder {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const { return isNaturallyLess(a, b); }
};

constexpr std::string_view kSeparators = "./";  ///< of PyTorch, and of TensorFlow and Keras

/// Length of the group's part of `name`: through the first component that is a number, else the first component.
std::size_t groupLength(std::string_view name) {
  const auto endOf = [name](std::size_t start) {
    return std::min(name.find_first_of(kSeparators, start), name.size());
  };
  for (std::size_t start = 0; start < name.size();) {
    const std::size_t end = endOf(start);
    if (end > start && std::ranges::all_of(name.substr(start, end - start), isDigit)) return end;
    start = end + 1;
  }
  return endOf(std::min(name.find_first_not_of(kSeparators), name.size()));
}

std::string_view commonBeginning(std::string_view a, std::string_view b) {
  const auto end = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first;
  return a.substr(0, static_cast<std::size_t>(end - a.begin()));
}

/// Of the whole components at the beginning of `name`, with the separator behind them.
std::size_t pathLength(std::string_view name) {
  const std::size_t separator = name.find_last_of(kSeparators);
  return separator == std::string_view::npos ? 0 : separator + 1;
}

/// Components that all names share ("bert."), which would otherwise put everything into one group.
std::size_t sharedPrefixLength(const Checkpoint& checkpoint) {
  if (checkpoint.totalTensors() < 2) return 0;
  std::optional<std::string_view> shared;
  for (const TensorInfo& tensor : checkpoint.tensors)
    if (!tensor.partOf) shared = commonBeginning(shared.value_or(tensor.name), tensor.name);
  return pathLength(*shared);
}

/// A part's name without what it has in common with the path of its weight: "qweight".
TensorGroup::Leaf partLeaf(const Checkpoint& checkpoint, std::size_t part, std::string_view weight) {
  const std::string_view name = checkpoint.tensors[part].name;
  return {part, name.substr(pathLength(commonBeginning(weight, name)))};
}

/// The bytes of a packed weight are those of its parts.
template <class Sum>
void count(Sum& group, const TensorInfo& tensor) {
  group.elements = saturatingAdd(group.elements, tensor.elements);
  if (!tensor.sharesWith) group.bytes = saturatingAdd(group.bytes, tensor.bytes);
}

}  // namespace

std::vector<TensorGroup> groupTensors(const Checkpoint& checkpoint) {
  const std::size_t prefix = sharedPrefixLength(checkpoint);
  std::map<std::string_view, TensorGroup, NaturalOrder> groups;
  for (std::size_t index = 0; index < checkpoint.tensors.size(); ++index) {
    const TensorInfo& tensor = checkpoint.tensors[index];
    if (tensor.partOf) continue;
    const std::string_view name = tensor.name;
    const std::size_t length = prefix + groupLength(name.substr(prefix));
    TensorGroup& group = groups[name.substr(0, length)];
    TensorGroup::Leaf& leaf =
        group.leaves.emplace_back(TensorGroup::Leaf{index, length >= name.size() ? name : name.substr(length + 1)});
    if (tensor.packing)
      for (const std::size_t part : tensor.packing->parts) leaf.parts.push_back(partLeaf(checkpoint, part, name));
    count(group, tensor);
  }
  std::vector<TensorGroup> out;
  out.reserve(groups.size());
  for (auto& [name, group] : groups) {
    group.name = name;
    std::ranges::sort(group.leaves, NaturalOrder{}, &TensorGroup::Leaf::label);
    out.push_back(std::move(group));
  }
  return out;
}

const std::vector<TensorGroup::Leaf>& TensorRows::partsOf(const TensorGroup::Leaf& leaf) const {
  if (someParts.empty()) return leaf.parts;
  const auto some = someParts.find(leaf.tensor);
  return some == someParts.end() ? leaf.parts : some->second;
}

void TensorRows::clear() {
  groups.clear();
  leaves.clear();
  someParts.clear();
}

void keepOnly(const Checkpoint& checkpoint, const std::vector<TensorGroup>& groups,
              const std::vector<std::size_t>& tensors, TensorRows& rows) {
  rows.clear();
  const bool keepsAll = tensors.size() == checkpoint.tensors.size();
  std::vector<bool> isKept(keepsAll ? 0 : checkpoint.tensors.size());
  if (!keepsAll)
    for (const std::size_t tensor : tensors) isKept[tensor] = true;
  for (const TensorGroup& group : groups) {
    TensorRows::Group kept{&group, rows.leaves.size(), 0, group.elements, group.bytes};
    for (const TensorGroup::Leaf& leaf : group.leaves) {
      if (!keepsAll && !isKept[leaf.tensor]) {
        std::vector<TensorGroup::Leaf> parts;
        std::ranges::copy_if(leaf.parts, std::back_inserter(parts), [&](const auto& p) { return isKept[p.tensor]; });
        if (parts.empty()) continue;
        rows.someParts.emplace(leaf.tensor, std::move(parts));
      }
      rows.leaves.push_back(&leaf);
    }
    kept.count = rows.leaves.size() - kept.first;
    if (kept.count == 0) continue;
    if (kept.count < group.leaves.size()) {
      kept.elements = kept.bytes = 0;
      for (std::size_t row = kept.first; row < rows.leaves.size(); ++row)
        count(kept, checkpoint.tensors[rows.leaves[row]->tensor]);
    }
    rows.groups.push_back(kept);
  }
}

namespace {

/// `tensorAt(i)` for each i below `size`.
template <class TensorAt>
std::vector<TypeShare> shares(const Checkpoint& checkpoint, std::size_t size, TensorAt tensorAt) {
  std::map<std::string_view, TypeShare> byType;
  TypeShare* share = nullptr;  // the next tensor mostly is of the same type
  std::string_view type;
  for (std::size_t i = 0; i < size; ++i) {
    const TensorInfo& tensor = checkpoint.tensors[tensorAt(i)];
    if (tensor.partOf) continue;
    if (const std::string_view title = typeTitle(tensor); !share || title != type) {
      type = title;
      share = &byType[type];
    }
    ++share->tensors;
    count(*share, tensor);
  }
  std::vector<TypeShare> out;
  for (auto& [title, each] : byType) {
    each.type = title;
    out.push_back(each);
  }
  std::ranges::stable_sort(out, std::ranges::greater(), &TypeShare::bytes);
  return out;
}

}  // namespace

std::vector<TypeShare> sharesByType(const Checkpoint& checkpoint, std::span<const std::size_t> tensors) {
  return shares(checkpoint, tensors.size(), [&](std::size_t i) { return tensors[i]; });
}

std::vector<TypeShare> sharesByType(const Checkpoint& checkpoint, const TensorRows& rows) {
  return shares(checkpoint, rows.leaves.size(), [&](std::size_t i) { return rows.leaves[i]->tensor; });
}

}  // namespace ulpscope
