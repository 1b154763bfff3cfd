// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/formats/float_spec.h"

namespace ulpscope {

/// The layout of the format `float16`, for code that has no registry: constants, and CUDA kernels.
inline constexpr FloatSpec kFloat16Spec{.exponentBits = 5, .fractionBits = 10, .bias = 15};

}  // namespace ulpscope
