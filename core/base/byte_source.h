// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace ulpscope {

/// Bytes of known size that may be read from several threads at once. Files are read with pread, never mapped: a file
/// truncated under a mapping kills the process with SIGBUS, under pread it is an ordinary error.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  /// What errors call it: the path as the user gave it.
  virtual const std::string& name() const = 0;
  virtual std::uint64_t size() const = 0;

  /// Fills all of `out` from `offset`, or fails: Corrupt past the end, Io from the system, Changed when the file
  /// shrank.
  virtual Result<> read(std::uint64_t offset, std::span<std::byte> out) const = 0;

  /// Changed if the file is no longer the one that was opened (device, inode, size, modification time).
  virtual Result<> verifyUnchanged() const = 0;
};

/// Opens a regular file read-only. NotFound, Io, or Unsupported for folders, FIFOs, devices (which are never waited
/// for).
Result<std::shared_ptr<const ByteSource>> openFile(const std::filesystem::path& path);

std::shared_ptr<const ByteSource> memorySource(std::string name, std::vector<std::byte> bytes);

}  // namespace ulpscope
