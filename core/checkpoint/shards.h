// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/base/byte_source.h"
#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/safetensors_index.h"

namespace ulpscope {

/// Opens `name` in `folder`. Unsupported if a symbolic link leads it out of the folder, unless `followLinks`.
Result<std::shared_ptr<const ByteSource>> openInside(const std::filesystem::path& folder, const std::string& name,
                                                     bool followLinks);

/// One file through the reader that recognizes its content; an index is not among them, so none can lead to itself.
Result<Checkpoint> openContainer(std::shared_ptr<const ByteSource> file, const OpenOptions& options);

/// The shards of an index as one checkpoint. What the index says of them is checked, and differences are warnings; a
/// missing shard is Damaged.
Result<Checkpoint> openShards(const SafetensorsIndex& index, const std::filesystem::path& folder,
                              const OpenOptions& options);

/// Files that stand beside each other without an index, as one checkpoint.
Result<Checkpoint> openSiblings(const std::vector<std::string>& names, const std::filesystem::path& folder,
                                const OpenOptions& options);

}  // namespace ulpscope
