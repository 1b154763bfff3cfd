// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/protobuf_wire.h"

namespace ulpscope {

/// An element type of TensorFlow.
struct TensorflowType {
  std::string_view name;     ///< "DT_FLOAT" without its DT_
  std::string_view element;  ///< as we have it; empty where the elements are no numbers, or none of ours
};
/// nullptr for a number that TensorFlow does not know.
const TensorflowType* tensorflowType(std::uint64_t number);

/// Of a slice, in one dimension.
struct SliceExtent {
  std::uint64_t start = 0;
  std::optional<std::uint64_t> length;  ///< none: the whole dimension
};

/// What an index says of a tensor: a BundleEntryProto.
struct BundleEntry {
  std::uint64_t type = 0;
  std::vector<std::uint64_t> shape;
  bool hasUnknownShape = false;
  std::uint64_t shard = 0;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::vector<std::vector<SliceExtent>> slices;
};

Result<BundleEntry> readBundleEntry(const WireMessage& message, const Limits& limits);

/// The key under which a slice of the variable `name` has its entry.
std::string sliceKey(std::string_view name, const std::vector<SliceExtent>& slice);

}  // namespace ulpscope
