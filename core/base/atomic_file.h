// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace ulpscope {

/// A file that appears whole or not at all: bytes go to a temporary beside `path`, and `commit` checks every write,
/// syncs, and renames. Destroying it uncommitted removes the temporary and leaves what was there before.
class AtomicFile {
 public:
  enum class Existing { Keep, Replace };  ///< Keep: an existing `path` is an error (Usage)

  static Result<AtomicFile> create(const std::filesystem::path& path, Existing existing);
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&&) = delete;
  ~AtomicFile();

  Result<> write(std::span<const std::byte> bytes);
  Result<> write(std::string_view text);
  Result<> commit();

 private:
  AtomicFile(std::filesystem::path path, std::filesystem::path temporary, int descriptor, Existing existing);
  Result<> failure(std::string_view what) const;  ///< of the system call that has just failed
  void discard();

  std::filesystem::path m_path;
  std::filesystem::path m_temporary;
  int m_descriptor;
  Existing m_existing;
};

/// Commits one after another, once all are written whole; the first failure ends it, and those after it leave nothing.
Result<> commitAll(std::span<AtomicFile> files);

/// Usage if `path` is one of the files in `inputs`, under whatever name (device and inode are compared): replacing what
/// is being read is refused even where replacing is allowed.
Result<> refuseInputAsOutput(const std::filesystem::path& path, std::span<const std::string> inputs);

/// The whole of `text` to `path`, through AtomicFile.
Result<> writeFile(const std::filesystem::path& path, std::string_view text, AtomicFile::Existing existing);

}  // namespace ulpscope
