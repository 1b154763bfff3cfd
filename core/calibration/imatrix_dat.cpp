// SPDX-License-Identifier: Apache-2.0
#include "core/calibration/imatrix_dat.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/base/cursor.h"
#include "core/base/text.h"

namespace ulpscope {
namespace {

constexpr std::int32_t kMostEntries = 1'000'000;
constexpr std::int32_t kMostNameBytes = 4096;
constexpr std::uint64_t kLeastEntryBytes = 12;  ///< three lengths

Result<std::int32_t> readCount(Cursor& cursor, std::string_view what, std::int32_t least, std::int64_t most) {
  const std::uint64_t at = cursor.position();
  const auto count = cursor.read<std::int32_t>(what);
  if (count && (*count < least || *count > most))
    return cursor.corruptAt(at, fmt::format("{} from {} to {} expected, found {}", what, least, most, *count));
  return count;
}

Result<std::vector<float>> readValues(Cursor& cursor, std::uint64_t count) {
  std::vector<std::byte> bytes(count * sizeof(float));  // not more than the file has left
  if (auto done = cursor.readInto(bytes, "the values of an entry"); !done) return tl::unexpected(done.error());
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t bits = 0;
    for (unsigned b = 0; b < 4; ++b) bits |= std::to_integer<std::uint32_t>(bytes[4 * i + b]) << (8 * b);
    values[i] = std::bit_cast<float>(bits);
  }
  return values;
}

Result<ImatrixEntry> readEntry(Cursor& cursor) {
  const auto length = readCount(cursor, "bytes of a name", 1, kMostNameBytes);
  if (!length) return tl::unexpected(length.error());
  auto name = cursor.readText(static_cast<std::uint64_t>(*length), kMostNameBytes, "the name of an entry");
  if (!name) return tl::unexpected(name.error());
  const auto calls = cursor.read<std::int32_t>("the calls of an entry");
  if (!calls) return tl::unexpected(calls.error());
  const auto count = readCount(cursor, "values of an entry", 1, static_cast<std::int64_t>(cursor.left() / 4));
  if (!count) return tl::unexpected(count.error());
  auto values = readValues(cursor, static_cast<std::uint64_t>(*count));
  if (!values) return tl::unexpected(values.error());
  if (*calls > 0)
    for (float& value : *values) value /= static_cast<float>(*calls);
  return ImatrixEntry{*std::move(name), *std::move(values)};
}

Result<std::int32_t> readEntries(Cursor& cursor) {
  return readCount(cursor, "entries", 1,
                   std::min<std::int64_t>(kMostEntries, static_cast<std::int64_t>(cursor.left() / kLeastEntryBytes)));
}

}  // namespace

bool isImatrixDat(const ByteSource& file) {
  Cursor cursor(file);
  if (!readEntries(cursor)) return false;
  const auto length = readCount(cursor, "bytes of a name", 1, kMostNameBytes);
  if (!length) return false;
  const auto name = cursor.readText(static_cast<std::uint64_t>(*length), kMostNameBytes, "the name of an entry");
  return name && std::ranges::all_of(*name, [](char c) { return c >= ' ' && c <= '~'; });
}

Result<std::vector<ImatrixEntry>> readImatrixDat(const ByteSource& file) {
  Cursor cursor(file);
  const auto count = readEntries(cursor);
  if (!count) return tl::unexpected(count.error());
  std::vector<ImatrixEntry> entries;
  for (std::int32_t i = 0; i < *count; ++i) {
    auto entry = readEntry(cursor);
    if (!entry) return tl::unexpected(std::move(entry).error());
    entries.push_back(*std::move(entry));
  }
  return entries;
}

}  // namespace ulpscope
