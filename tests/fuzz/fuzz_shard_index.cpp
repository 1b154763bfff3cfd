// SPDX-License-Identifier: Apache-2.0
//
// The index of a sharded model: its JSON alone. No name that it accepts may lead out of the folder.
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "core/checkpoint/shard_index.h"
#include "tests/fuzz/fuzz_target.h"

namespace ulpscope {

void fuzzOne(std::span<const std::byte> input) {
  const std::string_view json(reinterpret_cast<const char*>(input.data()), input.size());
  const auto index = parseShardIndex(json, Limits());
  if (!index) {
    require(index.error().message.empty() ? "an error without a message" : "");
    return;
  }
  for (const std::string& shard : index->shards) {
    const std::filesystem::path path = (std::filesystem::path("/folder") / shard).lexically_normal();
    require(path.native().starts_with("/folder/") && shard.find('\0') == shard.npos ? ""
                                                                                    : "a shard outside the folder");
  }
  for (std::size_t i = 0; i < index->entries.size(); ++i) {
    const ShardIndex::Entry& entry = index->entries[i];
    require(entry.shard < index->shards.size() ? "" : "a shard that is not there");
    require(index->entryOf(entry.tensor) == i ? "" : "a tensor that is not found by its name");
  }
}

}  // namespace ulpscope
