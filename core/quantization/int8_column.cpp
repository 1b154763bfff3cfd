// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/block_scheme.h"

namespace ulpscope {

const Scheme& int8_column_entry() {
  static const BlockScheme scheme(
      {.id = "int8_column",
       .title = "INT8 by column",
       .family = "Integer",
       .reference = "int_symmetric with 8 bits, granularity column, divisor max",
       .parameters = {},
       .text = {.definition = "Absolute maximum: with `a` the largest magnitude of a column, code = `clamp(rne(x * "
                              "(127 / a)), -127, 127)` with ties to even; the stored scale is `a / 127`, and restored "
                              "= code * scale. Where all is zero, codes and scale are 0.",
                .stored = "A code of 8 bits for each weight and a float32 scale for each column: 8 + 32 / rows.",
                .quirks = {"A scale for each input cannot be taken out of the sum over inputs: a matrix engine has to "
                           "apply it to the activations."},
                .advice = "Where outliers sit in columns (features) of the weight. Runtimes rarely have it; "
                          "SmoothQuant and AWQ get to the same end by scaling the inputs."}},
      [](const Settings&) {
        BlockPlan plan;
        plan.codec = {.kind = BlockCodec::Kind::Absmax, .blockSize = 1};
        plan.granularity = Granularity::Column;
        return plan;
      });
  return scheme;
}

}  // namespace ulpscope
