// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/checkpoint/pickle/graph.h"

namespace ulpscope {

/// A call or new object, as far as it is one of a known name with its arguments at hand.
struct PickleCall {
  const PickleGlobal* callee;
  std::span<const PickleValue> arguments;

  bool is(std::string_view module, std::string_view name) const {
    return callee->module == module && callee->name == name;
  }
};
std::optional<PickleCall> callOf(const PickleGraph& graph, PickleValue value);

/// The items of a tuple or list, also of a torch.Size.
std::optional<std::span<const PickleValue>> sequenceOf(const PickleGraph& graph, PickleValue value);

std::optional<std::uint64_t> unsignedOf(PickleValue value);  ///< an integer that is not negative
std::optional<std::vector<std::uint64_t>> unsignedsOf(const PickleGraph& graph, PickleValue value);
std::optional<double> numberOf(const PickleGraph& graph, PickleValue value);  ///< an integer or a float
/// Text or bytes that were short enough to be copied.
std::optional<std::string_view> shortTextOf(const PickleGraph& graph, PickleValue value);

/// A value without parts as people read it: 3, 0.5, True, None, text without quotes, "12 bytes"; nothing for others.
/// Long texts are cut to `most` bytes.
Result<std::optional<std::string>> plainText(const PickleGraph& graph, PickleValue value, std::uint64_t most);

/// What follows `key` in keys and values; None is a value too.
const PickleValue* valueOfKey(const PickleGraph& graph, std::span<const PickleValue> pairs, std::string_view key);

/// Keys and values of a dict, an OrderedDict and their like.
std::optional<std::span<const PickleValue>> pairsOf(const PickleGraph& graph, PickleValue value);

}  // namespace ulpscope
