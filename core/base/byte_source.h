// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
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

  /// Reading from front to back is cheap, going back begins anew (a deflated member of an archive): readers with
  /// several threads take turns.
  virtual bool isSequential() const { return false; }

  /// Where the bytes lie in an open file as they are, if they do: for a process that is handed the descriptor, which
  /// stays this source's to close.
  struct Extent {
    int descriptor;
    std::uint64_t offset;  ///< of this source's first byte
  };
  virtual std::optional<Extent> extent() const { return std::nullopt; }
};

/// Opens a regular file read-only. NotFound, Io, or Unsupported for folders, FIFOs, devices (which are never waited
/// for).
Result<std::shared_ptr<const ByteSource>> openFile(const std::filesystem::path& path);

/// The same file, opened already; takes over `descriptor` and closes it, also where it fails. `path` is for messages
/// and to see whether the file was replaced.
Result<std::shared_ptr<const ByteSource>> fileSource(int descriptor, const std::filesystem::path& path);

std::shared_ptr<const ByteSource> memorySource(std::string name, std::vector<std::byte> bytes);

/// Bytes [offset, offset + size) of `whole`, under the same name. Precondition: they lie inside it.
std::shared_ptr<const ByteSource> sliceOf(std::shared_ptr<const ByteSource> whole, std::uint64_t offset,
                                          std::uint64_t size);

/// Bytes that are made from other sources when they are asked for, in units of a fixed size: elements whose order of
/// bytes is turned, gathered by strides, unpacked, decompressed.
struct DerivedBytes {
  std::string name;
  std::uint64_t size = 0;     ///< a multiple of unitBytes
  std::size_t unitBytes = 1;  ///< an element, a block, a row: what is made at once
  /// Fills `out`, a whole number of units, from unit `firstUnit` on. Called from several threads at once.
  std::function<Result<>(std::uint64_t firstUnit, std::span<std::byte> out)> make;
  std::vector<std::shared_ptr<const ByteSource>> from;  ///< what must be unchanged
};
std::shared_ptr<const ByteSource> derivedSource(DerivedBytes derived);

/// `whole` with the order of the bytes turned within each element of `elementBytes` bytes. Precondition: it is made of
/// whole elements.
std::shared_ptr<const ByteSource> swappedSource(std::shared_ptr<const ByteSource> whole, std::size_t elementBytes);

}  // namespace ulpscope
