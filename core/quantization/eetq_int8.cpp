// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/eetq_plan.h"

namespace ulpscope {

const Scheme& eetq_int8_entry() {
  static const BlockScheme scheme(
      {.id = "eetq_int8",
       .title = "EETQ INT8",
       .family = "Integer",
       .reference = "EETQ csrc/cutlass_kernels/cutlass_preprocessors.cc symmetric_quantize, columns of the transposed "
                    "weight, without its permuted storage",
       .parameters = {},
       .text =
           {.definition =
                "With `a` the largest magnitude of a row (an output channel, a column of the transposed weight "
                "that EETQ is given), scale = `a * (1 / 128)` in float32; code = `clamp(round half away(x / "
                "scale), -128, 127)`; the scale is stored as binary16, and restored = code * scale.",
            .stored = "A code of 8 bits for each weight and a binary16 scale for each row: 8 + 16 / columns.",
            .quirks = {"The largest positive value is clipped to 127 / 128 of it.",
                       "Values are divided by the float32 scale and restored with the rounded one.",
                       "A row of zeros is 0 / 0: codes 127 with the scale 0.",
                       "EETQ permutes the codes for each GPU architecture; here they stand in the weight's order."},
            .advice =
                "INT8 weights with 16-bit activations on GPUs, as FasterTransformer and TensorRT-LLM have them too. "
                "A row with outliers loses precision."}},
      [](const Settings&) { return eetqPlan(); });
  return scheme;
}

}  // namespace ulpscope
