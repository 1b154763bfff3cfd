// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "core/base/byte_source.h"
#include "core/base/cursor.h"
#include "core/base/result.h"
#include "core/checkpoint/zip_archive.h"

namespace ulpscope {

// The records of a ZIP archive, one function for each place where some stand. zip_records.cpp gives their grammar.

constexpr std::uint16_t kZipDescriptorFlag = 1 << 3;  ///< sizes and CRC stand behind the data
constexpr std::uint64_t kZipLargestDescriptor = 24;   ///< bytes
constexpr std::uint64_t kZipSmallestEntry = 46;       ///< bytes in the directory, before its name

/// What local headers and the directory both say.
struct ZipHeader {
  ZipMember member;
  std::uint16_t flags = 0;
};

/// A local header and, in `dataBegin`, where the data behind it begin.
struct ZipLocalHeader {
  ZipHeader header;
  std::uint64_t dataBegin = 0;
};

/// Corrupt if there is none within the file.
Result<ZipLocalHeader> readZipLocal(const ByteSource& file, std::uint64_t offset);

/// The next entry of the directory.
Result<ZipHeader> readZipEntry(Cursor& cursor);

/// Where the directory lies and how many entries it has.
struct ZipDirectory {
  std::uint64_t entries = 0;
  std::uint64_t size = 0;
  std::uint64_t offset = 0;
  std::uint64_t end = 0;  ///< where it should end: the next record begins here
};

/// What the records at the end of the archive say, which must agree with each other and with where they lie.
Result<ZipDirectory> readZipEnd(const ByteSource& file);

}  // namespace ulpscope
