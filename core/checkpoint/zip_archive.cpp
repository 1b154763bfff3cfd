// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/zip_archive.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/checkpoint/finding.h"
#include "core/checkpoint/folder.h"
#include "core/checkpoint/inflated_source.h"
#include "core/checkpoint/zip_records.h"

namespace ulpscope {
namespace {

constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflated = 8;
constexpr std::uint64_t kNowhere = ~std::uint64_t{0};
constexpr std::uint64_t kLeastCost = 4096;  ///< of a member whose checksum is compared

Result<> checkLimits(const ByteSource& file, const ZipDirectory& directory, const Limits& limits) {
  if (directory.entries > limits.zipEntries)
    return fail(Errc::LimitExceeded,
                fmt::format("at most {} members expected, {} found", limits.zipEntries, directory.entries), file.name(),
                directory.end);
  if (directory.size > limits.headerBytes)
    return fail(Errc::LimitExceeded,
                fmt::format("directory of at most {} bytes expected, {} found", limits.headerBytes, directory.size),
                file.name(), directory.end);
  if (directory.entries > directory.size / kZipSmallestEntry)
    return fail(Errc::Corrupt,
                fmt::format("directory of {} entries expected, {} bytes found", directory.entries, directory.size),
                file.name(), directory.offset);
  return {};
}

/// What the local headers of an archive say otherwise than its directory.
struct Differences {
  Finding name, size, checksum, method;

  void add(const ZipHeader& local, const ZipMember& member) {
    if (local.member.name != member.name) name.add(member.name);
    if (local.member.method != member.method || local.member.encrypted != member.encrypted) method.add(member.name);
    if ((local.flags & kZipDescriptorFlag) != 0) return;
    if (local.member.size != member.size || local.member.compressedSize != member.compressedSize) size.add(member.name);
    if (local.member.crc32 != member.crc32) checksum.add(member.name);
  }
  void warn(std::vector<std::string>& warnings) const {
    name.warn(warnings, "The local header gives another name than the archive's directory, which counts");
    method.warn(warnings,
                "The local header gives another method or encryption than the archive's directory, which counts");
    size.warn(warnings, "The local header gives another size than the archive's directory, which counts");
    checksum.warn(warnings, "The local header gives another CRC than the archive's directory");
  }
};

/// How the members lie: `begin` of the local header, `end` of the data and what may belong to it.
struct Span {
  std::uint64_t begin;
  std::uint64_t end;
  std::uint64_t latestEnd;  ///< with a descriptor
  std::size_t member;
};

Result<std::uint32_t> checksumOf(const ByteSource& source) {
  std::vector<std::byte> block(static_cast<std::size_t>(std::min<std::uint64_t>(source.size(), 64 << 10)));
  uLong sum = ::crc32(0, nullptr, 0);
  for (std::uint64_t at = 0; at < source.size(); at += block.size()) {
    block.resize(static_cast<std::size_t>(std::min<std::uint64_t>(source.size() - at, block.size())));
    if (auto read = source.read(at, block); !read) return tl::unexpected(read.error());
    sum = ::crc32(sum, reinterpret_cast<const Bytef*>(block.data()), static_cast<uInt>(block.size()));
  }
  return static_cast<std::uint32_t>(sum);
}

}  // namespace

bool ZipArchive::isZip(const ByteSource& file) {
  std::array<char, 4> first{};
  if (file.size() < first.size() || !file.read(0, std::as_writable_bytes(std::span(first)))) return false;
  const std::string_view text(first.data(), first.size());
  return text == std::string_view("PK\3\4", 4) || text == std::string_view("PK\5\6", 4);
}

Result<ZipArchive> ZipArchive::open(std::shared_ptr<const ByteSource> file, const Limits& limits, LocalHeaders local) {
  const Result<ZipDirectory> directory = readZipEnd(*file);
  if (!directory) return tl::unexpected(directory.error());
  if (auto within = checkLimits(*file, *directory, limits); !within) return tl::unexpected(within.error());

  ZipArchive archive;
  archive.m_members.reserve(static_cast<std::size_t>(directory->entries));
  Cursor cursor(*file, directory->offset, directory->end);
  for (std::uint64_t i = 0; i < directory->entries; ++i) {
    Result<ZipHeader> entry = readZipEntry(cursor);
    if (!entry) return tl::unexpected(entry.error());
    archive.m_members.push_back(std::move(entry->member));
  }
  if (cursor.left() > 0)
    return cursor.corrupt(fmt::format("the directory expected to end after {} entries, {} bytes follow",
                                      directory->entries, cursor.left()));
  archive.m_file = std::move(file);
  archive.sortByName();
  archive.checkNames();
  if (local == LocalHeaders::Compare)
    if (auto compared = archive.compareLocalHeaders(directory->offset); !compared)
      return tl::unexpected(compared.error());
  return archive;
}

void ZipArchive::sortByName() {
  m_byName.resize(m_members.size());
  std::iota(m_byName.begin(), m_byName.end(), std::uint32_t{0});
  std::stable_sort(m_byName.begin(), m_byName.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return m_members[a].name < m_members[b].name; });
}

void ZipArchive::checkNames() {
  Finding repeated, outside;
  for (std::size_t i = 0; i + 1 < m_byName.size(); ++i)
    if (m_members[m_byName[i]].name == m_members[m_byName[i + 1]].name) repeated.add(m_members[m_byName[i]].name);
  for (const ZipMember& member : m_members)
    if (!checkNameInside(member.name)) outside.add(member.name);
  repeated.warn(m_warnings, "The archive holds several members of one name");
  outside.warn(m_warnings, "Unpacking the archive elsewhere could write outside its folder");
}

Result<> ZipArchive::compareLocalHeaders(std::uint64_t directoryOffset) {
  Differences differences;
  std::vector<Span> spans;
  spans.reserve(m_members.size());
  std::vector<std::uint64_t> dataOffsets(m_members.size(), kNowhere);
  for (std::size_t i = 0; i < m_members.size(); ++i) {
    const ZipMember& member = m_members[i];
    const Result<ZipLocalHeader> local = readZipLocal(*m_file, member.headerOffset);
    if (!local && local.error().code != Errc::Corrupt) return tl::unexpected(local.error());
    if (!local) continue;  // whoever asks for this member is told
    differences.add(local->header, member);
    dataOffsets[i] = local->dataBegin;
    const std::uint64_t end = checkedAdd(local->dataBegin, member.compressedSize).value_or(~std::uint64_t{0});
    const bool descriptor = (local->header.flags & kZipDescriptorFlag) != 0;
    spans.push_back(
        {member.headerOffset, end, descriptor ? checkedAdd(end, kZipLargestDescriptor).value_or(end) : end, i});
  }
  differences.warn(m_warnings);

  std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) { return a.begin < b.begin; });
  Finding overlapping, behindGap;
  std::uint64_t reached = 0, latest = 0;
  for (const Span& span : spans) {
    if (span.begin < reached || span.end > directoryOffset) overlapping.add(m_members[span.member].name);
    if (span.begin > latest) behindGap.add(m_members[span.member].name);
    reached = std::max(reached, span.end);
    latest = std::max(latest, span.latestEnd);
  }
  overlapping.warn(m_warnings, "Members of the archive lie over others or over its directory");
  behindGap.warn(m_warnings, "Bytes that belong to no member lie in the archive before");
  if (latest < directoryOffset && !spans.empty())
    m_warnings.push_back(fmt::format("{} bytes that belong to no member lie in the archive before its directory.",
                                     directoryOffset - latest));
  return compareChecksums(dataOffsets);
}

/// In the directory's order: the pickle of PyTorch comes first. What cannot be read is passed over: whoever asks for it
/// is told.
Result<> ZipArchive::compareChecksums(std::span<const std::uint64_t> dataOffsets) {
  Finding wrong;
  std::uint64_t budget = kChecksumBudget;
  for (std::size_t i = 0; i < m_members.size(); ++i) {
    const ZipMember& member = m_members[i];
    const std::uint64_t cost = member.size == 0 ? 0 : std::max(member.size, kLeastCost);
    if (cost > budget || dataOffsets[i] == kNowhere) continue;
    if (!checkReadable(member) || !checkWithin(member, dataOffsets[i])) continue;
    const Result<std::uint32_t> sum = checksumOf(*sourceAt(member, dataOffsets[i]));
    if (!sum && sum.error().code != Errc::Corrupt) return tl::unexpected(sum.error());
    if (sum && *sum != member.crc32) wrong.add(member.name);
    budget -= cost;
  }
  wrong.warn(m_warnings, "The checksum in the archive's directory does not fit the bytes of members");
  return {};
}

const ZipMember* ZipArchive::find(std::string_view name) const {
  const auto found = std::lower_bound(m_byName.begin(), m_byName.end(), name,
                                      [&](std::uint32_t i, std::string_view text) { return m_members[i].name < text; });
  if (found == m_byName.end() || m_members[*found].name != name) return nullptr;
  return &m_members[*found];
}

Result<std::uint64_t> ZipArchive::dataOffset(const ZipMember& member) const {
  const Result<ZipLocalHeader> local = readZipLocal(*m_file, member.headerOffset);
  if (!local) return about(member, local.error().code, local.error().message);
  if (auto within = checkWithin(member, local->dataBegin); !within) return tl::unexpected(within.error());
  return local->dataBegin;
}

Result<> ZipArchive::checkWithin(const ZipMember& member, std::uint64_t dataOffset) const {
  const std::uint64_t left = m_file->size() - dataOffset;
  if (member.compressedSize <= left) return {};
  return about(member, Errc::Corrupt, fmt::format("{} bytes expected, {} bytes left", member.compressedSize, left));
}

Result<std::shared_ptr<const ByteSource>> ZipArchive::source(const ZipMember& member) const {
  if (auto readable = checkReadable(member); !readable) return tl::unexpected(readable.error());
  const Result<std::uint64_t> offset = dataOffset(member);
  if (!offset) return tl::unexpected(offset.error());
  return sourceAt(member, *offset);
}

Result<> ZipArchive::checkReadable(const ZipMember& member) const {
  if (member.encrypted) return about(member, Errc::Unsupported, "plain data expected, encrypted found");
  if (member.method != kStored && member.method != kDeflated)
    return about(member, Errc::Unsupported,
                 fmt::format("stored or deflated data expected, compression method {} found", member.method));
  if (member.method == kStored && member.size != member.compressedSize)
    return about(member, Errc::Corrupt,
                 fmt::format("{} stored bytes expected, {} found", member.size, member.compressedSize));
  if (member.method == kDeflated && member.size / kMostInflation > member.compressedSize)
    return about(
        member, Errc::Corrupt,
        fmt::format("{} bytes expected, which {} compressed bytes cannot yield", member.size, member.compressedSize));
  return {};
}

/// Precondition: the member is readable and lies within the archive.
std::shared_ptr<const ByteSource> ZipArchive::sourceAt(const ZipMember& member, std::uint64_t dataOffset) const {
  auto data = sliceOf(m_file, dataOffset, member.compressedSize);
  return member.method == kStored ? data : inflatedSource(std::move(data), member.size);
}

tl::unexpected<Error> ZipArchive::about(const ZipMember& member, Errc code, std::string_view message) const {
  return fail(code, fmt::format("member {}: {}", inQuotes(member.name), message), m_file->name(), member.headerOffset);
}

}  // namespace ulpscope
