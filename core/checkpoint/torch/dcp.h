// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "core/checkpoint/checkpoint.h"

namespace ulpscope {

/// Whether the files of a folder are a distributed checkpoint of torch (FSDP): ".metadata" and "*.distcp".
bool isDistributed(const std::vector<std::string>& names);

/// All of it as one checkpoint; tensors that several processes wrote in parts are put together.
Result<Checkpoint> openDistributed(const OpenContext& context);

}  // namespace ulpscope
