// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/quantization/ggml_k_blocks.h"

namespace ulpscope::ggml {

/// Q4_K and Q5_K: 8 parts of 32, whose scales and minimums are integers of six bits.
///
///   Q4_K  d dmin scales[12] nibbles[128]
///   Q5_K  d dmin scales[12] fifth bits[32] nibbles[128]
RunPlan sixBitPlan(int bits);

}  // namespace ulpscope::ggml
