// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"

namespace ulpscope {

/// Which shard holds which tensor, as the `*.index.json` of a sharded model (safetensors or PyTorch) or the
/// `*.weights.json` of Keras says.
struct ShardIndex {
  struct Entry {
    std::string tensor;
    std::uint32_t shard;  ///< index into `shards`
  };

  std::vector<std::string> shards;  ///< names relative to the index, each once, sorted; checked by checkNameInside
  std::vector<Entry> entries;       ///< sorted by tensor, each name once (but see ofGroups)
  bool ofGroups = false;  ///< as Keras has it: an entry names the group of tensors, which may lie in several shards
  std::optional<std::uint64_t> totalSize;  ///< bytes of all tensors, where it says so
  std::vector<std::string> warnings;

  /// The index into `entries`, if `tensor` is listed.
  std::optional<std::size_t> entryOf(std::string_view tensor) const;
};

/// Corrupt or LimitExceeded, with the offset within `json`.
Result<ShardIndex> parseShardIndex(std::string_view json, const Limits& limits);

}  // namespace ulpscope
