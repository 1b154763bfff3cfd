// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/float8_plan.h"

namespace ulpscope {

const Scheme& fp8_tensor_entry() {
  static const BlockScheme scheme(
      {.id = "fp8_tensor",
       .title = "FP8, one scale",
       .family = "FP8",
       .reference = "the arithmetic of FBGEMM quantize_fp8_row with the whole tensor as one row",
       .parameters = {float8Knob()},
       .text = {.definition = "With `a` the largest magnitude of the tensor, `s = max / max(a, 1e-12)` where max is "
                              "448 for E4M3 and 57344 for E5M2; code = FP8 of `x * s`, ties to even, saturating; the "
                              "stored scale is `1 / s`, and restored = value(code) * scale.",
                .stored = "A code of 8 bits for each weight and one float32 scale: 8 bits.",
                .quirks = {"Scaled values are multiplied by the reciprocal of the stored scale, which may differ from "
                           "it in the last place."},
                .advice = "What per-tensor FP8 inference uses. Precision is relative: an outlier costs the others "
                          "range at the lower end, not steps."}},
      [](const Settings& settings) { return float8Plan(settings, Granularity::Tensor); });
  return scheme;
}

}  // namespace ulpscope
