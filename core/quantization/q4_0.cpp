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
       .parameters = {}},
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
