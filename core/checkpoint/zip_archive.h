// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/byte_source.h"
#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"

namespace ulpscope {

/// One member of an archive, as the central directory and its local header say.
struct ZipMember {
  std::string name;          ///< any bytes; never a path on disk
  std::uint16_t method = 0;  ///< 0 stored, 8 deflate, others are not read
  bool encrypted = false;
  std::uint32_t crc32 = 0;  ///< as declared
  std::uint64_t compressedSize = 0;
  std::uint64_t size = 0;
  std::uint64_t headerOffset = 0;  ///< of the local header in the archive
};

/// The directory of a ZIP archive (PyTorch, NumPy .npz, Keras 3): read through, never extracted. As those programs do,
/// it takes the central directory's word where the local header differs, and says so in `warnings`.
class ZipArchive {
 public:
  /// The first bytes are those of an archive.
  static bool isZip(const ByteSource& file);

  /// Compare: every local header is read too, for the warnings, and the checksums of the first members that fit into
  /// kChecksumBudget are compared with their bytes. Ignore: enough to recognize what an archive holds.
  enum class LocalHeaders : std::uint8_t { Compare, Ignore };

  /// Bytes of members that are read for their checksums when an archive is opened: enough for the pickles and texts
  /// that are read then anyway, too few to be noticed. A member of less than a page costs a page.
  static constexpr std::uint64_t kChecksumBudget = 16 << 20;

  /// Corrupt for what breaks the directory, LimitExceeded for more members than `limits` allow, Unsupported for one
  /// spread over several disks.
  static Result<ZipArchive> open(std::shared_ptr<const ByteSource> file, const Limits& limits,
                                 LocalHeaders local = LocalHeaders::Compare);

  const std::vector<ZipMember>& members() const { return m_members; }  ///< in the directory's order
  const ZipMember* find(std::string_view name) const;                  ///< the first of that name
  const std::vector<std::string>& warnings() const { return m_warnings; }

  /// The uncompressed bytes of a member. A stored one is a part of the archive and may be read in any order; a deflated
  /// one is inflated as it is read: from front to back at the speed of zlib, backwards from its beginning again. Errors
  /// on opening: Corrupt for a local header or data outside the archive, Unsupported for other methods and encryption.
  /// Errors on reading: Corrupt where the compressed data is damaged or yields more or less than `member.size`.
  Result<std::shared_ptr<const ByteSource>> source(const ZipMember& member) const;

  /// Where the stored or compressed bytes of a member begin in the archive. Corrupt for a local header or data outside
  /// it.
  Result<std::uint64_t> dataOffset(const ZipMember& member) const;

 private:
  tl::unexpected<Error> about(const ZipMember& member, Errc code, std::string_view message) const;
  void sortByName();
  void checkNames();
  Result<> compareLocalHeaders(std::uint64_t directoryOffset);
  Result<> compareChecksums(std::span<const std::uint64_t> dataOffsets);
  Result<> checkReadable(const ZipMember& member) const;
  Result<> checkWithin(const ZipMember& member, std::uint64_t dataOffset) const;
  std::shared_ptr<const ByteSource> sourceAt(const ZipMember& member, std::uint64_t dataOffset) const;

  std::shared_ptr<const ByteSource> m_file;
  std::vector<ZipMember> m_members;
  std::vector<std::uint32_t> m_byName;  ///< indices of members, sorted by name, those of one name in order
  std::vector<std::string> m_warnings;
};

}  // namespace ulpscope
