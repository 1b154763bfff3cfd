// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "core/base/result.h"
#include "core/tensor/tensor.h"

namespace ulpscope {

/// Whether an error is about what a file says of one tensor, so that the others can be listed nevertheless; not if
/// reading failed, the user cancelled or must be asked.
bool isAboutContent(const Error& error);

/// Leaves `info` its name, type as stored and shape, with the reason why it cannot be read.
void listUnread(TensorInfo& info, std::string reason);

}  // namespace ulpscope
