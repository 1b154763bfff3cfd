// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/byte_source.h"
#include "core/base/result.h"
#include "core/tensor/tensor.h"

namespace ulpscope {

/// Bounds on what a hostile file can make us do. Defaults are generous for real files.
struct Limits {
  std::uint64_t headerBytes = 100'000'000;
  std::uint64_t tensors = 2'000'000;
  std::uint64_t rank = 64;
  int jsonDepth = 64;
  std::uint64_t shards = 10'000;
};

struct OpenOptions {
  bool allowDamaged = false;  ///< open what is sound of a Damaged file, with a warning
  bool followLinks = false;   ///< shards may be symbolic links that leave the folder (Hugging Face caches are)
  Limits limits = {};
};

/// An opened checkpoint: what its headers say. Values are read later, tensor by tensor. Immutable, shared by all
/// threads.
struct Checkpoint {
  std::string path;       ///< as the user gave it
  std::string container;  ///< "safetensors"
  std::vector<std::shared_ptr<const ByteSource>> files;
  std::vector<std::pair<std::string, std::string>> metadata;  ///< in the file's order
  std::vector<TensorInfo> tensors;                            ///< in the order of their data, file by file
  std::vector<std::string> warnings;                          ///< one sentence each
  std::optional<std::string> config;                          ///< the text of a config.json beside it

  std::uint64_t totalBytes() const;  ///< of all tensors
  std::uint64_t totalElements() const;

  /// NotFound if there is no tensor of that name; among equal names the first.
  Result<std::size_t> find(std::string_view name) const;
  /// Unsupported if the element type cannot be read, Damaged if its bytes are not all in the file (which only a file
  /// opened with allowDamaged can have). Precondition: tensor < tensors.size().
  Result<TensorSource> source(std::size_t tensor) const;
  Result<> verifyUnchanged() const;
};

/// One container format: one .cpp and one line in the registry. Matched by content, never by name.
class CheckpointReader {
 public:
  virtual ~CheckpointReader() = default;
  virtual std::string_view id() const = 0;
  virtual std::string_view title() const = 0;

  /// True if the first bytes of `file` are those of this container.
  virtual bool recognizes(const ByteSource& file) const = 0;
  virtual Result<Checkpoint> open(std::shared_ptr<const ByteSource> file, const OpenOptions& options) const = 0;
};

std::span<const CheckpointReader* const> checkpointReaders();

/// A file, a `*.index.json` of shards, or a folder (its index, or all its safetensors files). Reads headers only.
Result<std::shared_ptr<const Checkpoint>> openCheckpoint(const std::filesystem::path& path,
                                                         const OpenOptions& options = {});

}  // namespace ulpscope
