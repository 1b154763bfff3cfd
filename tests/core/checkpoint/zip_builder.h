// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <zlib.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/core/checkpoint/little_endian.h"

namespace ulpscope::test {

/// DEFLATE of `data`, without a header; `flush` ends it, or only the block.
inline std::string deflated(std::string_view data, int flush = Z_FINISH) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, data.size()) + 16, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, flush);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// A member as it is to be written. What is left empty is filled with what is right.
struct ZipEntry {
  std::string name = {};
  std::string data = {};     ///< before compression
  std::uint16_t method = 0;  ///< 8: deflated by the builder; others than 0 and 8: written as it is
  std::uint16_t flags = 0;   ///< bit 3: the local header holds zeros, a descriptor follows the data
  bool zip64 = false;        ///< sizes in the extra fields, as NumPy (local header) and 4 GiB (both) have them
  std::optional<std::string> compressed = {};  ///< the data as they lie in the archive
  std::optional<std::uint64_t> size = {}, compressedSize = {}, headerOffset = {};
  std::optional<std::uint32_t> crc = {};
  std::optional<std::string> localName = {};
  std::optional<std::uint32_t> localCrc = {}, localSize = {};
  std::optional<std::uint16_t> localMethod = {}, localFlags = {};
  std::string localExtra = {}, extra = {}, comment = {};
  std::string before = {};  ///< bytes before the local header that belong to no member
};

/// An archive, byte by byte.
class ZipBuilder {
 public:
  ZipBuilder& add(ZipEntry entry) {
    const std::string stored = entry.compressed    ? *entry.compressed
                               : entry.method == 8 ? deflated(entry.data)
                                                   : entry.data;
    const auto crc = entry.crc.value_or(static_cast<std::uint32_t>(
        crc32(0, reinterpret_cast<const Bytef*>(entry.data.data()), static_cast<uInt>(entry.data.size()))));
    const std::uint64_t size = entry.size.value_or(entry.data.size());
    const std::uint64_t compressedSize = entry.compressedSize.value_or(stored.size());
    m_data += entry.before;
    const std::uint64_t offset = entry.headerOffset.value_or(m_data.size());
    const bool descriptor = (entry.flags & 8) != 0;

    std::string sizes64 = le<std::uint16_t>(1) + le<std::uint16_t>(16) + le(size) + le(compressedSize);
    const std::string localName = entry.localName.value_or(entry.name);
    const std::string localExtra = (entry.zip64 ? sizes64 : "") + entry.localExtra;
    const auto small = [&](std::uint64_t value) {
      return le(entry.zip64 ? 0xFFFFFFFF : static_cast<std::uint32_t>(value));
    };
    m_data += "PK\3\4" + le<std::uint16_t>(20) + le(entry.localFlags.value_or(entry.flags)) +
              le(entry.localMethod.value_or(entry.method)) + le<std::uint32_t>(0) +
              le(descriptor ? 0 : entry.localCrc.value_or(crc)) + small(descriptor ? 0 : compressedSize) +
              small(descriptor ? 0 : entry.localSize.value_or(static_cast<std::uint32_t>(size))) + length(localName) +
              length(localExtra) + localName + localExtra + stored;
    if (descriptor)
      m_data +=
          "PK\7\10" + le(crc) + le(static_cast<std::uint32_t>(compressedSize)) + le(static_cast<std::uint32_t>(size));

    sizes64 = le<std::uint16_t>(1) + le<std::uint16_t>(24) + le(size) + le(compressedSize) + le(offset);
    const std::string extra = entry.extra + (entry.zip64 ? sizes64 : "");
    m_directory += "PK\1\2" + le<std::uint32_t>(20) + le(entry.flags) + le(entry.method) + le<std::uint32_t>(0) +
                   le(crc) + small(compressedSize) + small(size) + length(entry.name) + length(extra) +
                   length(entry.comment) + std::string(8, '\0') + small(offset) + entry.name + extra + entry.comment;
    ++m_entries;
    return *this;
  }
  ZipBuilder& add(std::string name, std::string data, std::uint16_t method = 0) {
    return add(ZipEntry{.name = std::move(name), .data = std::move(data), .method = method});
  }

  std::string directory() const { return m_directory; }
  std::uint64_t directoryOffset() const { return m_data.size(); }
  std::uint64_t entries() const { return m_entries; }

  std::string end(std::uint64_t entries, std::uint64_t size, std::uint64_t offset, std::string_view comment = "",
                  std::uint16_t disk = 0) const {
    return "PK\5\6" + le(disk) + le(disk) + le(static_cast<std::uint16_t>(entries)) +
           le(static_cast<std::uint16_t>(entries)) + le(static_cast<std::uint32_t>(size)) +
           le(static_cast<std::uint32_t>(offset)) + length(comment) + std::string(comment);
  }
  std::string end(std::string_view comment = "") const {
    return end(m_entries, m_directory.size(), m_data.size(), comment);
  }
  /// The record of ZIP64 and its locator, which says that it lies at `at`.
  std::string end64(std::uint64_t at, std::uint32_t disk = 0, std::uint64_t recordSize = 44) const {
    return "PK\6\6" + le(recordSize) + le<std::uint32_t>(45) + le(disk) + le(disk) + le(m_entries) + le(m_entries) +
           le(std::uint64_t{m_directory.size()}) + le(std::uint64_t{m_data.size()}) + "PK\6\7" + le<std::uint32_t>(0) +
           le(at) + le<std::uint32_t>(1);
  }
  std::string end64() const { return end64(m_data.size() + m_directory.size()); }

  std::string data() const { return m_data; }
  std::string bytes() const { return m_data + m_directory + end(); }
  /// As PyTorch writes them: all ones in the end record, the values in that of ZIP64.
  std::string bytes64() const { return m_data + m_directory + end64() + end(0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF); }

 private:
  static std::string length(std::string_view text) { return le(static_cast<std::uint16_t>(text.size())); }

  std::string m_data;
  std::string m_directory;
  std::uint64_t m_entries = 0;
};

}  // namespace ulpscope::test
