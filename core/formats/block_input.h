// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace ulpscope {

/// Numbers between spaces, commas, semicolons or brackets, as people paste them: decimals of any length, hex floats,
/// inf, nan. Each is rounded to float32, as tensors hold them. Usage if one cannot be read or there is none,
/// LimitExceeded beyond `most`.
Result<std::vector<float>> parseFloats(std::string_view text, std::size_t most);

}  // namespace ulpscope
