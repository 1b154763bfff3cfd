// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/block_scheme.h"

namespace ulpscope {

const Scheme& int8_tensor_entry() {
  static const BlockScheme scheme(
      {.id = "int8_tensor",
       .title = "INT8, one scale",
       .family = "Integer",
       .reference = "int_symmetric with 8 bits, granularity tensor, divisor max",
       .parameters = {},
       .text = {.definition = "Absolute maximum: with `a` the largest magnitude of the whole tensor, code = "
                              "`clamp(rne(x * (127 / a)), -127, 127)` with ties to even; the stored scale is `a / "
                              "127`, and restored = code * scale. Where all is zero, codes and scale are 0.",
                .stored = "A code of 8 bits for each weight and one float32 scale for the tensor: 8 bits.",
                .quirks = {"The code -128 is never used: the range is symmetric."},
                .advice = "The simplest scheme, and the one that a single outlier spoils for all: use it to see why "
                          "scales go with rows or blocks."}},
      [](const Settings&) {
        BlockPlan plan;
        plan.codec = {.kind = BlockCodec::Kind::Absmax, .blockSize = 1};
        plan.granularity = Granularity::Tensor;
        return plan;
      });
  return scheme;
}

}  // namespace ulpscope
