// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/quantization/run_scheme.h"

namespace ulpscope {

/// Rows of 4 or 2 bits with a binary16 scale and minimum at their end: fbgemm_fused4 and fbgemm_fused2.
RunScheme makeFusedBitsScheme(int bits);

}  // namespace ulpscope
