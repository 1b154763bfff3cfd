// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/byte_source.h"
#include "core/base/result.h"

namespace ulpscope {

/// Where the names inside a file lead: to other files of its folder, and nowhere else. Every reader opens shards,
/// splits and external data through it.
class Folder {
 public:
  virtual ~Folder() = default;

  /// HardLinks: external data of an ONNX model may not have a second name elsewhere.
  enum class HardLinks : std::uint8_t { Allow, Refuse };

  /// Opens `name`, relative to the folder. Corrupt for a name that leaves it (checkNameInside), OutsideLink for a link
  /// that does, NotFound, Unsupported for anything but a regular file (which is never waited for).
  virtual Result<std::shared_ptr<const ByteSource>> open(const std::string& name,
                                                         HardLinks hardLinks = HardLinks::Allow) const = 0;

  /// The names directly inside that are not folders, sorted. LimitExceeded if there are more than `most`.
  virtual Result<std::vector<std::string>> list(std::uint64_t most) const = 0;

  virtual bool hasFolder(const std::string& name) const = 0;
};

/// A folder on disk. A link is followed as long as it stays inside; out of it only with `followLinks`.
std::shared_ptr<const Folder> diskFolder(std::filesystem::path path, bool followLinks);

/// Files in memory by name ("sub/data.bin" is in a sub-folder), for tests and fuzz targets; and, empty, for a file
/// that stands alone.
std::shared_ptr<const Folder> memoryFolder(std::map<std::string, std::vector<std::byte>> files = {});

/// The part of `folder` below `name`, under the same rules. The links of `name` itself are judged by `folder`.
std::shared_ptr<const Folder> subFolder(std::shared_ptr<const Folder> folder, std::string name);

/// Corrupt unless `name` is a relative path that stays below its folder whatever lies there: not empty, not absolute,
/// no ".." component, no backslash or drive (separators elsewhere), no zero byte (which ends a name for the system, not
/// for us), at most 4,096 bytes.
Result<> checkNameInside(std::string_view name);

}  // namespace ulpscope
