// SPDX-License-Identifier: Apache-2.0
//
// ZIP archives (PKWARE's APPNOTE.TXT 6.3.10), as far as checkpoints use them. All numbers are little-endian.
//
//   file      = { local data [descriptor] } directory [end64 locator] end
//   local     = "PK\3\4" version:u16 flags:u16 method:u16 time:u32 crc:u32 compressed:u32 size:u32
//               nameLength:u16 extraLength:u16 name extra
//   directory = { "PK\1\2" madeBy:u16 version:u16 flags:u16 method:u16 time:u32 crc:u32 compressed:u32 size:u32
//                 nameLength:u16 extraLength:u16 commentLength:u16 disk:u16 attributes:u16 attributes:u32
//                 headerOffset:u32 name extra comment }
//   extra     = { id:u16 length:u16 bytes }; id 1 holds, as u64 and in this order, those of size, compressed and
//               headerOffset whose own field is 0xFFFFFFFF
//   end64     = "PK\6\6" recordSize:u64 madeBy:u16 version:u16 disk:u32 directoryDisk:u32 entriesHere:u64 entries:u64
//               directorySize:u64 directoryOffset:u64; recordSize does not count its own 12 first bytes
//   locator   = "PK\6\7" disk:u32 end64Offset:u64 disks:u32
//   end       = "PK\5\6" disk:u16 directoryDisk:u16 entriesHere:u16 entries:u16 directorySize:u32
//               directoryOffset:u32 commentLength:u16 comment
//
// Flags: bit 0 encrypted, bit 3 sizes and CRC stand in a descriptor behind the data (and are 0 in the local header),
// bit 6 strong encryption, bit 13 masked directory.
#include "core/checkpoint/zip_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/checked.h"

namespace ulpscope {
namespace {

constexpr std::uint32_t kLocalSignature = 0x04034B50;
constexpr std::uint32_t kEntrySignature = 0x02014B50;
constexpr std::uint32_t kEnd64Signature = 0x06064B50;
constexpr std::uint32_t kLocatorSignature = 0x07064B50;

constexpr std::uint64_t kLocalBytes = 30;
constexpr std::uint64_t kEndBytes = 22;
constexpr std::uint64_t kEnd64Bytes = 56;
constexpr std::uint64_t kLocatorBytes = 20;
constexpr std::uint64_t kLongestComment = 0xFFFF;

constexpr std::uint16_t kEncryptionFlags = 1 << 0 | 1 << 6 | 1 << 13;

/// Reads little-endian fields one after the other; the first that fails is kept, and what follows it is zero.
class Fields {
 public:
  Fields(Cursor& cursor, std::string_view what) : m_cursor(cursor), m_what(what) {}

  template <class T>
  T take() {
    if (!m_done) return 0;
    const Result<T> value = m_cursor.read<T>(m_what);
    if (!value) m_done = tl::unexpected(value.error());
    return value.value_or(0);
  }
  void skip(std::uint64_t bytes) {
    if (m_done) m_done = m_cursor.skip(bytes, m_what);
  }
  std::string text(std::uint64_t bytes) {
    if (!m_done) return {};
    Result<std::string> value = m_cursor.readText(bytes, 0xFFFF, m_what);
    if (!value) m_done = tl::unexpected(value.error());
    return value ? std::move(*value) : std::string();
  }
  const Result<>& done() const { return m_done; }

 private:
  Cursor& m_cursor;
  std::string_view m_what;
  Result<> m_done;
};

/// Replaces those sizes and offsets that are all ones by what the extra field of ZIP64 says. Without such a field they
/// are taken as they are. `offset` is null for a local header, which has none.
Result<> readExtra(Cursor& cursor, std::uint64_t length, ZipMember& member, std::uint64_t* offset) {
  constexpr std::uint64_t kMarker = 0xFFFFFFFF;
  if (length > cursor.left())
    return cursor.corrupt(fmt::format("{} bytes for extra fields expected, {} bytes left", length, cursor.left()));
  const std::uint64_t end = cursor.position() + length;
  while (end - cursor.position() >= 4) {
    Fields fields(cursor, "an extra field");
    const auto id = fields.take<std::uint16_t>();
    const auto bytes = fields.take<std::uint16_t>();
    if (!fields.done()) return fields.done();
    if (bytes > end - cursor.position())
      return cursor.corrupt(
          fmt::format("extra field of {} bytes expected, {} bytes left", bytes, end - cursor.position()));
    if (id != 1) {
      fields.skip(bytes);
      if (!fields.done()) return fields.done();
      continue;
    }
    std::uint64_t left = bytes;
    for (std::uint64_t* value : {&member.size, &member.compressedSize, offset}) {
      if (!value || *value != kMarker) continue;
      if (left < 8)
        return cursor.corrupt(fmt::format("ZIP64 extra field with all sizes expected, {} bytes found", bytes));
      *value = fields.take<std::uint64_t>();
      left -= 8;
    }
    if (!fields.done()) return fields.done();
    break;  // a second field of ZIP64 would say nothing new
  }
  return cursor.seek(end, "the end of the extra fields");
}

/// The fields from flags to size, which are the same in local headers and the directory.
ZipHeader takeHeader(Fields& fields) {
  ZipHeader header;
  header.flags = fields.take<std::uint16_t>();
  header.member.method = fields.take<std::uint16_t>();
  fields.skip(4);
  header.member.crc32 = fields.take<std::uint32_t>();
  header.member.compressedSize = fields.take<std::uint32_t>();
  header.member.size = fields.take<std::uint32_t>();
  header.member.encrypted = (header.flags & kEncryptionFlags) != 0;
  return header;
}

}  // namespace

Result<ZipHeader> readZipEntry(Cursor& cursor) {
  const std::uint64_t begin = cursor.position();
  Fields fields(cursor, "an entry of the directory");
  const auto signature = fields.take<std::uint32_t>();
  fields.skip(4);
  ZipHeader header = takeHeader(fields);
  const auto nameLength = fields.take<std::uint16_t>();
  const auto extraLength = fields.take<std::uint16_t>();
  const auto commentLength = fields.take<std::uint16_t>();
  const auto disk = fields.take<std::uint16_t>();
  fields.skip(6);
  header.member.headerOffset = fields.take<std::uint32_t>();
  header.member.name = fields.text(nameLength);
  if (!fields.done()) return tl::unexpected(fields.done().error());
  if (signature != kEntrySignature)
    return cursor.corruptAt(begin, fmt::format("an entry of the directory expected, 0x{:08X} found", signature));
  if (auto extra = readExtra(cursor, extraLength, header.member, &header.member.headerOffset); !extra)
    return tl::unexpected(extra.error());
  if (auto skipped = cursor.skip(commentLength, "a comment"); !skipped) return tl::unexpected(skipped.error());
  if (disk != 0 && disk != 0xFFFF)
    return fail(Errc::Unsupported, fmt::format("an archive of one file expected, one on disk {} found", disk),
                cursor.source().name(), begin);
  return header;
}

Result<ZipLocalHeader> readZipLocal(const ByteSource& file, std::uint64_t offset) {
  if (offset > file.size() || file.size() - offset < kLocalBytes)
    return fail(Errc::Corrupt,
                fmt::format("a local header expected at byte {}, but the file has {} bytes", offset, file.size()),
                file.name());
  Cursor fixed(file, offset, offset + kLocalBytes);  // no more is read than belongs to it: there may be a million
  Fields fields(fixed, "a local header");
  ZipLocalHeader local;
  const auto signature = fields.take<std::uint32_t>();
  fields.skip(2);
  local.header = takeHeader(fields);
  const auto nameLength = fields.take<std::uint16_t>();
  const auto extraLength = fields.take<std::uint16_t>();
  if (!fields.done()) return tl::unexpected(fields.done().error());
  if (signature != kLocalSignature)
    return fixed.corruptAt(offset, fmt::format("a local header expected, 0x{:08X} found", signature));

  local.dataBegin = offset + kLocalBytes + nameLength + extraLength;
  if (local.dataBegin > file.size())
    return fixed.corruptAt(offset, fmt::format("a local header of {} bytes expected, {} bytes left",
                                               local.dataBegin - offset, file.size() - offset));
  Cursor rest(file, offset + kLocalBytes, local.dataBegin);
  Result<std::string> name = rest.readText(nameLength, nameLength, "a name");
  if (!name) return tl::unexpected(name.error());
  local.header.member.name = std::move(*name);
  // Of the extra fields only the sizes matter, and those are the directory's business: broken ones are passed over.
  auto extra = readExtra(rest, extraLength, local.header.member, nullptr);
  if (!extra && extra.error().code != Errc::Corrupt) return tl::unexpected(extra.error());
  return local;
}

namespace {

/// The end record, whose comment reaches the end of the file. One that is itself in such a comment is a trap: readers
/// that look for it from the front and from the back would see two archives.
Result<std::uint64_t> findEnd(const ByteSource& file) {
  if (file.size() < kEndBytes)
    return fail(Errc::Corrupt, fmt::format("at least {} bytes expected, {} found", kEndBytes, file.size()), file.name(),
                0);
  std::vector<std::uint8_t> tail(static_cast<std::size_t>(std::min(file.size(), kEndBytes + kLongestComment)));
  const std::uint64_t begin = file.size() - tail.size();
  if (auto read = file.read(begin, std::as_writable_bytes(std::span(tail))); !read) return tl::unexpected(read.error());
  constexpr std::array<std::uint8_t, 4> signature{'P', 'K', 5, 6};
  std::optional<std::uint64_t> found;
  for (std::size_t at = 0; at + kEndBytes <= tail.size(); ++at) {
    if (!std::equal(signature.begin(), signature.end(), tail.begin() + static_cast<std::ptrdiff_t>(at))) continue;
    const std::size_t comment = tail[at + 20] + std::size_t{256} * tail[at + 21];
    if (at + kEndBytes + comment != tail.size()) continue;
    if (found)
      return fail(Errc::Corrupt, "one end of the archive's directory expected, a second one found in its comment",
                  file.name(), begin + at);
    found = begin + at;
  }
  if (!found)
    return fail(Errc::Corrupt, "the end of the archive's directory expected, none found (an unfinished download?)",
                file.name(), file.size());
  return *found;
}

Result<> onOneDisk(const ByteSource& file, std::uint64_t offset, std::uint64_t disk, std::uint64_t directoryDisk) {
  if (disk == 0 && directoryDisk == 0) return {};
  return fail(Errc::Unsupported,
              fmt::format("an archive of one file expected, disk {} of several found", std::max(disk, directoryDisk)),
              file.name(), offset);
}

/// The records of ZIP64 before the end record at `end`; false if there are none.
Result<bool> readEnd64(const ByteSource& file, std::uint64_t end, ZipDirectory& directory) {
  if (end < kLocatorBytes + kEnd64Bytes) return false;
  const std::uint64_t locator = end - kLocatorBytes;
  Cursor cursor(file, locator, end);
  Fields located(cursor, "the ZIP64 locator");
  const auto locatorSignature = located.take<std::uint32_t>();
  const auto disk = located.take<std::uint32_t>();
  const auto offset = located.take<std::uint64_t>();
  const auto disks = located.take<std::uint32_t>();
  if (!located.done()) return tl::unexpected(located.done().error());
  if (locatorSignature != kLocatorSignature) return false;
  if (auto one = onOneDisk(file, locator, disk, disks > 1 ? disks : 0); !one) return tl::unexpected(one.error());
  if (offset > locator || locator - offset < kEnd64Bytes)
    return cursor.corruptAt(locator,
                            fmt::format("the ZIP64 record before byte {} expected, at {} found", locator, offset));

  Cursor record(file, offset, locator);
  Fields fields(record, "the ZIP64 record");
  const auto signature = fields.take<std::uint32_t>();
  const auto size = fields.take<std::uint64_t>();
  fields.skip(4);
  const auto thisDisk = fields.take<std::uint32_t>();
  const auto directoryDisk = fields.take<std::uint32_t>();
  const auto entriesHere = fields.take<std::uint64_t>();
  directory.entries = fields.take<std::uint64_t>();
  directory.size = fields.take<std::uint64_t>();
  directory.offset = fields.take<std::uint64_t>();
  directory.end = offset;
  if (!fields.done()) return tl::unexpected(fields.done().error());
  if (signature != kEnd64Signature || size != locator - offset - 12)
    return record.corruptAt(offset, fmt::format("the ZIP64 record of {} bytes expected, 0x{:08X} and {} bytes found",
                                                locator - offset - 12, signature, size));
  if (auto one = onOneDisk(file, offset, thisDisk, directoryDisk); !one) return tl::unexpected(one.error());
  if (entriesHere != directory.entries)
    return record.corruptAt(offset,
                            fmt::format("{} entries in this file expected, {} found", directory.entries, entriesHere));
  return true;
}

}  // namespace

Result<ZipDirectory> readZipEnd(const ByteSource& file) {
  const Result<std::uint64_t> end = findEnd(file);
  if (!end) return tl::unexpected(end.error());
  Cursor cursor(file, *end, file.size());
  Fields fields(cursor, "the end of the directory");
  fields.skip(4);
  const auto disk = fields.take<std::uint16_t>();
  const auto directoryDisk = fields.take<std::uint16_t>();
  const auto entriesHere = fields.take<std::uint16_t>();
  const auto entries = fields.take<std::uint16_t>();
  const auto size = fields.take<std::uint32_t>();
  const auto offset = fields.take<std::uint32_t>();
  if (!fields.done()) return tl::unexpected(fields.done().error());
  ZipDirectory directory{.entries = entries, .size = size, .offset = offset, .end = *end};
  const Result<bool> is64 = readEnd64(file, *end, directory);
  if (!is64) return tl::unexpected(is64.error());
  const auto anyDisk = [&](std::uint64_t value) { return *is64 && value == 0xFFFF ? 0 : value; };
  if (auto one = onOneDisk(file, *end, anyDisk(disk), anyDisk(directoryDisk)); !one) return tl::unexpected(one.error());
  const auto agrees = [&](std::uint64_t value, std::uint64_t marker, std::uint64_t in64) {
    return value == in64 || (*is64 && value == marker);
  };
  if (!agrees(entries, 0xFFFF, directory.entries) || !agrees(entriesHere, 0xFFFF, directory.entries) ||
      !agrees(size, 0xFFFFFFFF, directory.size) || !agrees(offset, 0xFFFFFFFF, directory.offset))
    return cursor.corruptAt(*end,
                            fmt::format("directory of {} entries, {} bytes at byte {} expected throughout, "
                                        "{} entries, {} bytes at byte {} found",
                                        directory.entries, directory.size, directory.offset, entries, size, offset));
  if (checkedAdd(directory.offset, directory.size) != directory.end)
    return cursor.corruptAt(*end, fmt::format("directory up to byte {} expected, {} bytes at byte {} found",
                                              directory.end, directory.size, directory.offset));
  return directory;
}

}  // namespace ulpscope
