// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/block_scheme.h"

namespace ulpscope {

const Scheme& q4_0_entry() {
  static const BlockScheme scheme(
      {.id = "q4_0",
       .title = "Q4_0 (GGUF)",
       .family = "GGUF",
       .reference =
           "ggml d99724f2 src/ggml-quants.c quantize_row_q4_0_ref built without fused multiply-add, as gguf 0.19.0 "
           "computes it",
       .parameters = {},
       .text =
           {.definition =
                "Blocks of 32 in a row; `m` = the value of largest magnitude with its sign; `d = m / -8`; code = "
                "`clamp(truncate(x * (1 / d) + 8.5), 0, 15)`; `d` is stored as binary16; restored = (code - 8) * d.",
            .stored = "A binary16 scale and 32 codes of 4 bits: 18 bytes for 32 weights, 4.5 bits.",
            .quirks = {"The value of largest magnitude takes code 0, so the other sign has one step less.",
                       "Codes come from the float32 scale, values from the rounded one.",
                       "A compiler that fuses the multiplication and the addition rounds some ties otherwise."},
            .advice =
                "The oldest 4-bit type of llama.cpp, fast everywhere. Q4_K or IQ4_NL are better at the same size."}},
      [](const Settings&) {
        BlockPlan plan;
        plan.codec = {.kind = BlockCodec::Kind::Q4_0, .blockSize = 32};
        plan.granularity = Granularity::Group;
        plan.group = 32;
        plan.wholeGroups = true;
        plan.codeBits = 4;
        plan.signedCodes = false;
        plan.scaleBits = 16;
        return plan;
      });
  return scheme;
}

}  // namespace ulpscope
