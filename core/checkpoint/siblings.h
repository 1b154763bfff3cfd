// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <vector>

#include "core/checkpoint/checkpoint.h"

namespace ulpscope {

/// The matrices of other layers that take the same input as `tensor`, in file order: query, key and value of one
/// attention (of cross attention key and value alone), gate and up of one feed-forward or one expert, as the naming
/// conventions of roleOf() have them. Empty where the name says nothing of the kind.
std::vector<std::size_t> siblingsOf(const Checkpoint& checkpoint, std::size_t tensor);

}  // namespace ulpscope
