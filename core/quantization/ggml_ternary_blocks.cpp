// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/ggml_ternary_blocks.h"

#include <cmath>

#include "core/quantization/ggml_numbers.h"

namespace ulpscope::ggml {

Trits tritsOf(std::span<const float> x) {
  float largest = 0;
  for (const float value : x) {
    const float size = std::fabs(value);
    largest = largest > size ? largest : size;  // a NaN is forgotten with the next value
  }
  const float factor = largest != 0 ? 1.0f / largest : 0.0f;
  Trits trits{.values = {}, .d = largest};
  for (std::size_t i = 0; i < trits.values.size(); ++i) trits.values[i] = roundedInt(x[i] * factor) + 1;
  return trits;
}

RunPlan ternaryPlan(std::uint64_t bytes, Encoder encode) {
  RunPlan plan = planOf({.values = 256,
                         .part = 256,
                         .bytes = bytes,
                         .codeBits = 2,
                         .bias = 1,
                         .scaleNote = "largest magnitude, as binary16"},
                        std::move(encode));
  plan.isUsed = [](int code) { return code <= 2; };
  return plan;
}

}  // namespace ulpscope::ggml
