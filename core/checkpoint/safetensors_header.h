// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"
#include "core/tensor/tensor.h"

namespace ulpscope {

/// The JSON of a safetensors file, checked as far as it can be without the size of its data.
struct SafetensorsHeader {
  std::vector<std::pair<std::string, std::string>> metadata;  ///< in the file's order
  std::vector<TensorInfo> tensors;  ///< in the file's order; offsets count from the first byte of the data
};

/// Each tensor has a name of its own, and its shape, type and bytes agree. Types we do not know are listed with a null
/// `type`. Corrupt or LimitExceeded, with the offset within `json`.
Result<SafetensorsHeader> parseSafetensorsHeader(std::string_view json, const Limits& limits);

}  // namespace ulpscope
