// SPDX-License-Identifier: Apache-2.0
//
// Sorted string tables as LevelDB writes them (doc/table_format.md) and TensorFlow's checkpoint index is:
//
//   file   = data block*, metaindex block, index block, footer
//   footer = handle of the metaindex block, handle of the index block, zeros up to 40 bytes, magic(u64)
//   handle = offset(varint) size(varint)
//   block  = contents of `size` bytes, compression(u8: 0 none, 1 Snappy), checksum(u32) of both
//   contents = entry*, the places of its restarts(u32 each), their number(u32)
//   entry  = bytes of the key shared with the one before(varint), other bytes of the key(varint), bytes of the
//            value(varint), the other bytes of the key, the value
//
// The checksum is the CRC-32C, turned right by 15 bits, plus 0xA282EAD8. The index block has an entry for each data
// block, whose value is its handle. Keys ascend.
#include "core/checkpoint/tensorflow/sorted_table.h"

#include <fmt/format.h>
#include <snappy-c.h>

#include <array>
#include <bit>
#include <cstring>
#include <optional>
#include <utility>

#include "core/base/checked.h"

namespace ulpscope {
namespace {

constexpr std::uint64_t kMagic = 0xDB4775248B80FB57;
constexpr std::uint64_t kFooterBytes = 48;
constexpr std::uint64_t kTrailerBytes = 5;

constexpr std::array<std::uint32_t, 256> kCrcTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0x82F63B78U : 0);
    table[i] = crc;
  }
  return table;
}();

std::uint32_t maskedCrc(std::span<const std::byte> bytes) { return std::rotr(crc32c(bytes), 15) + 0xA282EAD8U; }

struct Handle {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

Result<Handle> readHandle(Cursor& cursor, std::uint64_t end) {
  const auto offset = readVarint(cursor, end, "the place of a block");
  if (!offset) return tl::unexpected(offset.error());
  const auto size = readVarint(cursor, end, "the size of a block");
  if (!size) return tl::unexpected(size.error());
  return Handle{*offset, *size};
}

class Table {
 public:
  Table(const ByteSource& file, const OpenContext& context, std::vector<std::string>& warnings)
      : m_file(file), m_context(context), m_warnings(warnings) {}

  Result<std::shared_ptr<const ByteSource>> block(const Handle& handle) {
    const std::uint64_t blocks = m_file.size() - kFooterBytes;
    if (handle.offset > blocks || handle.size > blocks - handle.offset ||
        blocks - handle.offset - handle.size < kTrailerBytes)
      return fail(Errc::Corrupt,
                  fmt::format("a block of {} bytes before the footer expected, {} bytes left", handle.size,
                              blocks - std::min(handle.offset, blocks)),
                  m_file.name(), handle.offset);
    const Limits& limits = m_context.options.limits;
    if (handle.size > limits.headerBytes)
      return fail(Errc::LimitExceeded,
                  fmt::format("a block of at most {} bytes expected, {} found", limits.headerBytes, handle.size),
                  m_file.name(), handle.offset);
    std::vector<std::byte> bytes(handle.size + kTrailerBytes);
    if (auto read = m_file.read(handle.offset, bytes); !read) return tl::unexpected(read.error());
    if (auto going = m_context.job.step(0); !going) return tl::unexpected(going.error());
    std::uint32_t checksum = 0;
    std::memcpy(&checksum, bytes.data() + handle.size + 1, sizeof checksum);
    if (checksum != maskedCrc(std::span(bytes).first(handle.size + 1))) {
      if (!m_context.options.allowDamaged)
        return fail(Errc::Damaged, fmt::format("a block with the checksum {:08x} expected, another found", checksum),
                    m_file.name(), handle.offset);
      if (!m_isDamaged)
        m_warnings.emplace_back("Opened although damaged: the checksum of a block of the index is wrong.");
      m_isDamaged = true;
    }
    const auto compression = static_cast<int>(bytes[handle.size]);
    bytes.resize(handle.size);
    if (compression == 1) return inflated(bytes, handle.offset);
    if (compression != 0)
      return fail(Errc::Unsupported,
                  fmt::format("a block without compression or with Snappy expected, kind {} found", compression),
                  m_file.name(), handle.offset);
    return memorySource(m_file.name(), std::move(bytes));
  }

  /// The entries of `contents`. Keys have to ascend from `last` on, which becomes the last one.
  Result<> eachEntry(const ByteSource& contents, std::string& key, bool& isFirst,
                     const std::function<Result<>(const std::string&, const WireMessage&)>& take) {
    Cursor cursor(contents);
    const auto wrong = [&](std::string message) { return fail(Errc::Corrupt, std::move(message), m_file.name()); };
    if (contents.size() < sizeof(std::uint32_t))
      return wrong("a block with its number of restarts expected, none found");
    if (auto there = cursor.seek(contents.size() - sizeof(std::uint32_t), "the number of restarts"); !there)
      return there;
    const auto restarts = cursor.read<std::uint32_t>("the number of restarts");
    if (!restarts) return tl::unexpected(restarts.error());
    const std::uint64_t tail = (std::uint64_t{*restarts} + 1) * sizeof(std::uint32_t);
    if (tail > contents.size())
      return wrong(fmt::format("{} restarts within a block of {} bytes expected", *restarts, contents.size()));
    const std::uint64_t end = contents.size() - tail;
    std::string before = key;
    key.clear();
    for (std::uint64_t at = 0; at < end;) {
      if (auto there = cursor.seek(at, "an entry"); !there) return there;
      const auto shared = readVarint(cursor, end, "the shared part of a key");
      if (!shared) return tl::unexpected(shared.error());
      const auto rest = readVarint(cursor, end, "the rest of a key");
      if (!rest) return tl::unexpected(rest.error());
      const auto length = readVarint(cursor, end, "the length of a value");
      if (!length) return tl::unexpected(length.error());
      const std::uint64_t left = end - cursor.position();
      if (*shared > key.size() || *rest > left || *length > left - *rest)
        return wrong(fmt::format("a key of {} shared and {} other bytes with a value of {} expected, {} bytes left",
                                 *shared, *rest, *length, left));
      if (*shared + *rest > m_context.options.limits.nameBytes)
        return fail(Errc::LimitExceeded,
                    fmt::format("a key of at most {} bytes expected, {} found", m_context.options.limits.nameBytes,
                                *shared + *rest),
                    m_file.name());
      // Shared parts make little of much: real tables share a few times what they store.
      m_keyBytes += *shared + *rest;
      if (m_keyBytes > 64 * m_file.size() + (1 << 20))
        return fail(Errc::LimitExceeded, "keys of at most 64 times the file in all expected, more found",
                    m_file.name());
      const auto added = cursor.readText(*rest, m_context.options.limits.nameBytes, "a key");
      if (!added) return tl::unexpected(added.error());
      key.resize(*shared);
      key += *added;
      if (!isFirst && key <= before) return wrong("keys in ascending order expected, another order found");
      isFirst = false;
      before = key;
      at = cursor.position() + *length;
      if (auto taken = take(key, WireMessage(cursor, at - *length, at)); !taken) return taken;
    }
    key = before;
    return {};
  }

 private:
  /// Snappy makes at most 64 bytes of 3, so what a block says of its size is bounded by what it has.
  Result<std::shared_ptr<const ByteSource>> inflated(const std::vector<std::byte>& bytes, std::uint64_t offset) {
    const auto* const from = reinterpret_cast<const char*>(bytes.data());
    std::size_t size = 0;
    if (snappy_uncompressed_length(from, bytes.size(), &size) != SNAPPY_OK || size > bytes.size() * 32)
      return fail(Errc::Corrupt, "a block compressed with Snappy expected, something else found", m_file.name(),
                  offset);
    if (size > m_context.options.limits.inflatedBytes)
      return fail(
          Errc::LimitExceeded,
          fmt::format("a block of at most {} bytes expected, {} found", m_context.options.limits.inflatedBytes, size),
          m_file.name(), offset);
    std::vector<std::byte> whole(size);
    if (snappy_uncompress(from, bytes.size(), reinterpret_cast<char*>(whole.data()), &size) != SNAPPY_OK)
      return fail(Errc::Corrupt, "a block compressed with Snappy expected, something else found", m_file.name(),
                  offset);
    return memorySource(m_file.name(), std::move(whole));
  }

  const ByteSource& m_file;
  const OpenContext& m_context;
  std::vector<std::string>& m_warnings;
  bool m_isDamaged = false;
  std::uint64_t m_keyBytes = 0;
};

}  // namespace

std::uint32_t crc32c(std::span<const std::byte> bytes) {
  std::uint32_t crc = ~0U;
  for (const std::byte byte : bytes) crc = crc >> 8 ^ kCrcTable[(crc ^ static_cast<std::uint32_t>(byte)) & 0xFF];
  return ~crc;
}

bool looksLikeSortedTable(const ByteSource& file) {
  std::uint64_t magic = 0;
  return file.size() >= kFooterBytes &&
         file.read(file.size() - sizeof magic, std::as_writable_bytes(std::span(&magic, 1))) && magic == kMagic;
}

Result<> eachTableEntry(const ByteSource& file, const OpenContext& context, std::vector<std::string>& warnings,
                        const std::function<Result<>(const std::string&, const WireMessage&)>& take) {
  if (file.size() < kFooterBytes)
    return fail(Errc::Corrupt, fmt::format("at least {} bytes expected, {} found", kFooterBytes, file.size()),
                file.name());
  Cursor footer(file, file.size() - kFooterBytes, file.size());
  const std::uint64_t handlesEnd = file.size() - sizeof kMagic;
  if (auto metaindex = readHandle(footer, handlesEnd); !metaindex) return tl::unexpected(metaindex.error());
  const auto handle = readHandle(footer, handlesEnd);
  if (!handle) return tl::unexpected(handle.error());
  if (auto there = footer.seek(handlesEnd, "the magic number"); !there) return there;
  const auto magic = footer.read<std::uint64_t>("the magic number");
  if (!magic) return tl::unexpected(magic.error());
  if (*magic != kMagic)
    return footer.corruptAt(handlesEnd,
                            fmt::format("{:#x} at the end of the index expected, {:#x} found", kMagic, *magic));

  Table table(file, context, warnings);
  const auto index = table.block(*handle);
  if (!index) return tl::unexpected(index.error());
  std::string blockKey, key;
  bool isFirstBlock = true;
  bool isFirst = true;
  std::uint64_t reached = 0;  // so that no block is read twice
  return table.eachEntry(
      **index, blockKey, isFirstBlock, [&](const std::string&, const WireMessage& value) -> Result<> {
        if (auto there = value.cursor().seek(value.position(), "a handle"); !there) return there;
        const auto data = readHandle(value.cursor(), value.end());
        if (!data) return tl::unexpected(data.error());
        if (data->offset < reached)
          return fail(Errc::Corrupt,
                      fmt::format("blocks behind each other expected, one before byte {} found", reached), file.name(),
                      data->offset);
        const auto contents = table.block(*data);
        if (!contents) return tl::unexpected(contents.error());
        reached = data->offset + data->size + kTrailerBytes;
        return table.eachEntry(**contents, key, isFirst, take);
      });
}

}  // namespace ulpscope
