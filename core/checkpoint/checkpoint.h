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
#include "core/checkpoint/folder.h"
#include "core/checkpoint/model_description.h"
#include "core/jobs/job.h"
#include "core/tensor/tensor.h"

namespace ulpscope {

/// Bounds on what a hostile file can make us do. Defaults are generous for real files.
struct Limits {
  std::uint64_t headerBytes = 100'000'000;
  std::uint64_t tensors = 2'000'000;
  std::uint64_t rank = 64;
  std::uint64_t nameBytes = 64 << 10;
  int jsonDepth = 64;
  std::uint64_t shards = 10'000;  ///< files that one checkpoint may be made of
  std::uint64_t metadataEntries = 1'000'000;
  std::uint64_t metadataBytes = 64 << 20;  ///< of all metadata that is kept as text
  std::uint64_t zipEntries = 1'000'000;
  std::uint64_t inflatedBytes = std::uint64_t{1} << 30;  ///< of one compressed member that must be held whole
};

struct OpenOptions {
  bool allowDamaged = false;  ///< open what is sound of a Damaged file, with a warning
  bool followLinks = false;   ///< shards may be symbolic links that leave the folder (Hugging Face caches are)
  Limits limits = {};
};

/// Something in a file that is neither a tensor nor a number or text: listed, never built or called.
struct InertObject {
  std::string name;         ///< where it stands: "optimizer.hook"
  std::string type;         ///< what it says it is: "os.system"
  std::string remark;       ///< one sentence
  bool suspicious = false;  ///< what it names can run commands or reach files
};

/// An opened checkpoint: what its headers say. Values are read later, tensor by tensor. Immutable, shared by all
/// threads.
struct Checkpoint {
  std::string path;       ///< as the user gave it
  std::string container;  ///< "safetensors"
  std::vector<std::shared_ptr<const ByteSource>> files;
  std::vector<std::pair<std::string, std::string>> metadata;  ///< in the file's order
  std::vector<TensorInfo> tensors;        ///< in the order of their data, file by file; packed weights behind them
  std::vector<InertObject> objects;       ///< in the file's order
  std::vector<std::string> warnings;      ///< one sentence each
  std::optional<std::string> config;      ///< the text of a config.json beside it
  std::optional<ModelDescription> model;  ///< what it, or a GGUF file itself, says of the model

  std::uint64_t totalBytes() const;     ///< stored for all tensors; what several of them share counts once
  std::uint64_t totalTensors() const;   ///< that are not parts of another
  std::uint64_t totalElements() const;  ///< of those

  /// NotFound if there is no tensor of that name; among equal names the first.
  Result<std::size_t> find(std::string_view name) const;
  /// Unsupported if the element type cannot be read, Damaged if its bytes are not all in the file (which only a file
  /// opened with allowDamaged can have). Precondition: tensor < tensors.size().
  Result<TensorSource> source(std::size_t tensor) const;
  Result<> verifyUnchanged() const;
};

/// What a reader is given beside the file.
struct OpenContext {
  OpenOptions options = {};
  std::shared_ptr<const Folder> folder = memoryFolder();  ///< where the file lies; empty for one that stands alone
  JobContext job = {};                                    ///< `step` at least every 20 ms of work
};

/// One container format: one .cpp and one line in the registry. Matched by content, never by name.
class CheckpointReader {
 public:
  virtual ~CheckpointReader() = default;
  virtual std::string_view id() const = 0;
  virtual std::string_view title() const = 0;

  /// Whether files beside each other in a folder are read as one checkpoint (shards without an index, a folder of
  /// arrays), rather than being a model each.
  virtual bool joinsSiblings() const { return false; }

  /// True if `file` begins (for archives: is filled) like this container. Cheap, and never an error.
  virtual bool recognizes(const ByteSource& file) const = 0;
  /// Reads headers only. What cannot be read is listed with a remark beside what can, never dropped.
  virtual Result<Checkpoint> open(std::shared_ptr<const ByteSource> file, const OpenContext& context) const = 0;
};

std::span<const CheckpointReader* const> checkpointReaders();
/// nullptr if there is none of that id.
const CheckpointReader* findCheckpointReader(std::string_view id);

/// A file, a `*.index.json` of shards, or a folder (its index, or all its checkpoint files of the first container found
/// there). Reads headers only.
Result<std::shared_ptr<const Checkpoint>> openCheckpoint(const std::filesystem::path& path,
                                                         const OpenOptions& options = {}, const JobContext& job = {});

}  // namespace ulpscope
