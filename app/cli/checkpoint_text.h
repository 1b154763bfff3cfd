// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/json.h"
#include "app/cli/terminal.h"
#include "core/checkpoint/checkpoint.h"

namespace ulpscope {

/// What a checkpoint says of a tensor, without looking at its elements.
Json toJson(const Checkpoint& checkpoint, std::size_t tensor);
Json toJson(const InertObject& object);

/// What is known of the model; null where nothing is.
Json toJson(const std::optional<ModelDescription>& model);

/// {"files", "tensors", "elements", "bytes"}.
Json totalsJson(const Checkpoint& checkpoint);

/// "PATH  safetensors, 30 tensors, 1,252,800 elements, 2.4 MiB", and a line on the model where it is known.
std::string headline(const Terminal& terminal, const Checkpoint& checkpoint);

/// Of `tensors`, those about which something must be said: the same sentence once, with the names it is about.
std::string remarksText(const Terminal& terminal, const Checkpoint& checkpoint,
                        const std::vector<std::size_t>& tensors);

/// What is no tensor, as a table; empty where there is nothing of it.
std::string objectsText(const Terminal& terminal, const Checkpoint& checkpoint);

/// "3: 47, 181, 305", with at most `most` indices.
std::string countAndIndices(const Terminal& terminal, const std::vector<std::uint64_t>& indices, std::size_t most);

}  // namespace ulpscope
