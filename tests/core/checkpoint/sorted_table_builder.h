// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/core/checkpoint/protobuf_builder.h"

namespace ulpscope::test {

/// Bit by bit, as RFC 3720 has it; then turned and shifted as LevelDB does.
inline std::uint32_t tableChecksum(std::string_view bytes) {
  std::uint32_t crc = ~0U;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0x82F63B78U : crc >> 1;
  }
  return std::rotr(~crc, 15) + 0xA282EAD8U;
}

/// Sorted string tables, with as many entries in each block as there are.
class SortedTable {
 public:
  using Entries = std::vector<std::pair<std::string, std::string>>;

  static std::string contents(const Entries& entries) {
    std::string block, before;
    for (const auto& [key, value] : entries) {
      const auto shared = static_cast<std::size_t>(
          std::mismatch(before.begin(), before.end(), key.begin(), key.end()).first - before.begin());
      block += varint(shared) + varint(key.size() - shared) + varint(value.size());
      block += key.substr(shared) + value;
      before = key;
    }
    return block + rawBytes({std::uint32_t{0}, std::uint32_t{1}});
  }

  /// As one literal.
  static std::string snappy(const std::string& bytes) {
    return varint(bytes.size()) + "\xF4" + rawBytes(static_cast<std::uint16_t>(bytes.size() - 1)) + bytes;
  }

  /// Returns the handle.
  std::string block(std::string bytes, char compression = 0) {
    const std::string handle = varint(m_file.size()) + varint(bytes.size());
    bytes += compression;
    m_file += bytes + rawBytes(tableChecksum(bytes));
    return handle;
  }

  std::string finish(const Entries& index) {
    const std::string metaindex = block(contents({}));
    std::string footer = metaindex + block(contents(index));
    footer.resize(40, '\0');
    return m_file + footer + rawBytes(std::uint64_t{0xDB4775248B80FB57});
  }

  /// All in one block.
  static std::string of(const Entries& entries, bool compressed = false) {
    SortedTable table;
    const std::string handle = compressed ? table.block(snappy(contents(entries)), 1) : table.block(contents(entries));
    return table.finish({{entries.empty() ? "" : entries.back().first, handle}});
  }

 private:
  std::string m_file;
};

// The messages of TensorFlow's checkpoints.

inline std::string bundleHeader(std::int64_t shards, std::int64_t order = 0) {
  return Proto().number(1, shards).number(2, order).str();
}

inline Proto bundleEntry(std::int64_t type, std::initializer_list<std::int64_t> shape, std::int64_t offset,
                         std::int64_t size, std::int64_t shard = 0) {
  Proto dims;
  for (const std::int64_t each : shape) dims.message(2, Proto().number(1, each));
  Proto entry;
  entry.number(1, type).message(2, dims);
  if (shard != 0) entry.number(3, shard);
  return entry.number(4, offset).number(5, size);
}

/// {start, length}; a length below 0 is the whole dimension.
inline Proto bundleSlice(std::initializer_list<std::pair<std::int64_t, std::int64_t>> extents) {
  Proto slice;
  for (const auto& [start, length] : extents) {
    Proto extent;
    if (start != 0) extent.number(1, start);
    if (length >= 0) extent.number(2, length);
    slice.message(1, extent);
  }
  return slice;
}

}  // namespace ulpscope::test
