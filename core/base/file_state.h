// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>

namespace ulpscope {

class ByteSource;

/// What tells one state of a file from another.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t modified = 0;  ///< nanoseconds since 1970

  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

/// A file as it was when it was opened, from the descriptor that all its bytes are read through.
struct FileState {
  std::filesystem::path path;  ///< absolute
  FileIdentity identity;
  /// Of its content, name, rights or times, in nanoseconds since 1970. A program can set back `modified`, not this.
  std::int64_t statusChanged = 0;
  std::int64_t observed = 0;  ///< when this was asked, by the clock of this machine
};

/// Of what openFile and fileSource gave; nothing for other sources. What was read is of this state if
/// source.verifyUnchanged() succeeds afterwards, unless the file was written to at the time it was opened: file systems
/// keep times in steps (of up to 2 s), and two states may bear the same one.
std::optional<FileState> openedState(const ByteSource& source);

}  // namespace ulpscope
