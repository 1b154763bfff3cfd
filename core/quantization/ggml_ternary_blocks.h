// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>

#include "core/quantization/ggml_plan.h"

namespace ulpscope::ggml {

// TQ1_0 and TQ2_0: (trit - 1) * d for 256 values, d their largest magnitude as binary16.

/// round(x / d) + 1, ties away from zero. Beyond 0..2 only where NaN came before the largest magnitude; 1 for NaN.
struct Trits {
  std::array<int, 256> values;
  float d;
};
Trits tritsOf(std::span<const float> x);

RunPlan ternaryPlan(std::uint64_t bytes, Encoder encode);

}  // namespace ulpscope::ggml
