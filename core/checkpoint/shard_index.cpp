// SPDX-License-Identifier: Apache-2.0
//
// The index of a sharded model, as transformers, huggingface_hub and Keras write it:
//
//   { "metadata": { "total_size": BYTES, ... },          optional, and other keys are passed over
//     "weight_map": { TENSOR: SHARD, ... } }             SHARD: the name of a file beside the index
//
// Keras maps groups instead ("/layers/dense/vars"), each to a list of the shards it lies in, and gives the size as a
// fraction ("1464.0").
#include "core/checkpoint/shard_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "core/base/text.h"
#include "core/checkpoint/folder.h"
#include "core/checkpoint/json_events.h"

namespace ulpscope {
namespace {

tl::unexpected<Error> corrupt(std::string message) { return fail(Errc::Corrupt, std::move(message)); }

class IndexEvents final : public JsonEvents {
 public:
  IndexEvents(ShardIndex& index, const Limits& limits) : m_index(index), m_limits(limits) {}

  bool sawWeightMap() const { return m_sawWeightMap; }

  Result<> beginObject() override {
    if (m_skipped > 0) return skipInto();
    switch (m_place) {
      case Place::Document:
        m_place = Place::Index;
        return {};
      case Place::Index:
        return beginMember();
      case Place::Metadata:
        return skipInto();
      case Place::WeightMap:
        break;
    }
    return unexpected("an object");
  }

  Result<> key(std::string& name) override {
    if (m_skipped == 0) m_key = std::move(name);
    return {};
  }

  Result<> endObject() override { return endGroup(); }

  Result<> beginArray() override {
    if (m_skipped > 0 || m_place == Place::Metadata || isPassedOver()) return skipInto();
    if (m_place != Place::WeightMap || std::exchange(m_inList, true)) return unexpected("an array");
    m_index.ofGroups = true;
    return {};
  }

  Result<> endArray() override {
    if (m_skipped == 0 && std::exchange(m_inList, false)) return {};
    return endGroup();
  }

  Result<> string(std::string& value) override {
    if (m_skipped > 0 || m_place != Place::WeightMap) return other("a string");
    if (m_inList && !value.ends_with(".h5")) return unexpected("an array of names other than those of HDF5 files");
    if (m_index.entries.size() == m_limits.tensors)
      return fail(Errc::LimitExceeded, fmt::format("at most {} tensors expected, more found", m_limits.tensors));
    auto shard = m_shards.find(value);
    if (shard == m_shards.end()) {
      if (auto inside = checkNameInside(value); !inside) return corrupt("weight_map: " + inside.error().message);
      if (m_shards.size() == m_limits.shards)
        return fail(Errc::LimitExceeded, fmt::format("at most {} shards expected, more found", m_limits.shards));
      shard = m_shards.emplace(std::move(value), static_cast<std::uint32_t>(m_shards.size())).first;
    }
    m_index.entries.push_back({m_inList ? m_key : std::move(m_key), shard->second});
    return {};
  }

  Result<> number(std::uint64_t value) override {
    if (m_skipped == 0 && m_place == Place::Metadata && m_key == "total_size") {
      m_index.totalSize = value;
      return {};
    }
    return other("a number");
  }

  Result<> other(std::string_view kind) override {
    if (m_skipped > 0 || isPassedOver()) return {};
    if (m_place != Place::Metadata) return unexpected(kind);
    if (m_key == "total_size")
      m_index.warnings.push_back(fmt::format("The index gives total_size as {}, where a whole number belongs.", kind));
    return {};
  }

  /// Numbers the shards by name; they were numbered as they appeared.
  void finish() {
    std::vector<std::uint32_t> sortedFrom(m_shards.size());
    for (const auto& [name, appeared] : m_shards) {
      sortedFrom[appeared] = static_cast<std::uint32_t>(m_index.shards.size());
      m_index.shards.push_back(name);
    }
    for (ShardIndex::Entry& entry : m_index.entries) entry.shard = sortedFrom[entry.shard];
    if (m_index.ofGroups) m_index.warnings.clear();  // of the size as a fraction
    std::sort(m_index.entries.begin(), m_index.entries.end(),
              [](const auto& a, const auto& b) { return a.tensor < b.tensor; });
  }

 private:
  enum class Place { Document, Index, Metadata, WeightMap };

  Result<> beginMember() {
    if (m_key == "weight_map") {
      if (std::exchange(m_sawWeightMap, true)) return corrupt("duplicate key \"weight_map\"");
      m_place = Place::WeightMap;
    } else if (m_key == "metadata") {
      m_place = Place::Metadata;
    } else {
      return skipInto();
    }
    return {};
  }

  /// At a member of the index that says nothing to us.
  bool isPassedOver() const { return m_place == Place::Index && m_key != "weight_map"; }

  Result<> skipInto() {
    ++m_skipped;
    return {};
  }

  Result<> endGroup() {
    if (m_skipped > 0)
      --m_skipped;
    else
      m_place = Place::Index;
    return {};
  }

  Result<> unexpected(std::string_view found) const {
    if (m_place == Place::WeightMap)
      return corrupt(
          fmt::format("weight_map: the name of a file expected for tensor {}, {} found", inQuotes(m_key), found));
    if (m_place == Place::Index) return corrupt(fmt::format("weight_map: an object expected, {} found", found));
    return corrupt(fmt::format("a JSON object with a weight_map expected, {} found", found));
  }

  ShardIndex& m_index;
  const Limits& m_limits;
  std::map<std::string, std::uint32_t> m_shards;  ///< name to order of appearance
  Place m_place = Place::Document;
  std::string m_key;
  int m_skipped = 0;  ///< depth within a value that is passed over
  bool m_sawWeightMap = false;
  bool m_inList = false;  ///< of the shards of a group
};

}  // namespace

std::optional<std::size_t> ShardIndex::entryOf(std::string_view tensor) const {
  const auto found = std::lower_bound(entries.begin(), entries.end(), tensor,
                                      [](const Entry& entry, std::string_view name) { return entry.tensor < name; });
  if (found == entries.end() || found->tensor != tensor) return std::nullopt;
  return static_cast<std::size_t>(found - entries.begin());
}

Result<ShardIndex> parseShardIndex(std::string_view json, const Limits& limits) {
  ShardIndex index;
  IndexEvents events(index, limits);
  if (auto read = readJson(json, limits.jsonDepth, events); !read) return tl::unexpected(std::move(read.error()));
  if (!events.sawWeightMap())
    return corrupt("a weight_map expected, none found: this is not the index of a sharded model");
  events.finish();
  const auto repeated = std::adjacent_find(index.entries.begin(), index.entries.end(),
                                           [](const auto& a, const auto& b) { return a.tensor == b.tensor; });
  if (repeated != index.entries.end() && !index.ofGroups)
    return corrupt(fmt::format("weight_map: duplicate key {}", inQuotes(repeated->tensor)));
  return index;
}

}  // namespace ulpscope
