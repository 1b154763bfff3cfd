// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "core/base/byte_source.h"
#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/shard_index.h"

namespace ulpscope {

/// The reader that recognizes the content of `file`; nullptr if none does.
const CheckpointReader* readerOf(const ByteSource& file);

/// One file through the reader that recognizes its content; an index is not among them, so none can lead to itself.
Result<Checkpoint> openContainer(std::shared_ptr<const ByteSource> file, const OpenContext& context);

/// The shards of an index as one checkpoint. What the index says of them is checked, and differences are warnings; a
/// missing shard is Damaged.
Result<Checkpoint> openShards(const ShardIndex& index, const OpenContext& context);

/// Files of one container that stand beside each other without an index, as one checkpoint. Those that an earlier one
/// has already opened (the splits of a set) are passed over; Usage if several are left and each is a model of its own.
Result<Checkpoint> openSiblings(const std::vector<std::string>& names, const OpenContext& context);

}  // namespace ulpscope
