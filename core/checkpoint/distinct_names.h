// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/checkpoint/finding.h"
#include "core/tensor/tensor.h"

namespace ulpscope {

/// The first position whose name stands at an earlier one too. By sorting hashes, then names where hashes are equal:
/// names that share a long beginning cost no more than others, and chosen ones that share a hash no more than sorting.
template <class Items, class NameOf>
std::optional<std::size_t> findRepeatedName(const Items& items, NameOf nameOf) {
  struct Entry {
    std::size_t hash;
    std::size_t position;
  };
  std::vector<Entry> entries(items.size());
  for (std::size_t i = 0; i < entries.size(); ++i)
    entries[i] = {std::hash<std::string_view>()(std::string_view(nameOf(items[i]))), i};
  const auto name = [&](const Entry& entry) { return std::string_view(nameOf(items[entry.position])); };
  std::sort(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) {
    if (a.hash != b.hash) return a.hash < b.hash;
    if (const int order = name(a).compare(name(b)); order != 0) return order < 0;
    return a.position < b.position;
  });
  std::optional<std::size_t> first;
  for (std::size_t i = 1; i < entries.size(); ++i)
    if (entries[i].hash == entries[i - 1].hash && name(entries[i]) == name(entries[i - 1]))
      first = std::min(first.value_or(entries[i].position), entries[i].position);
  return first;
}

/// Gives tensors whose name stands before them already a name of their own, "name (2)", and adds them to `renamed`.
void makeNamesDistinct(std::vector<TensorInfo>& tensors, Finding& renamed);

}  // namespace ulpscope
