// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/block_scheme.h"

namespace ulpscope {

const Scheme& q8_0_entry() {
  static const BlockScheme scheme(
      {.id = "q8_0",
       .title = "Q8_0 (GGUF)",
       .family = "GGUF",
       .reference =
           "ggml d99724f2 src/ggml-quants.c quantize_row_q8_0_ref, as llama-quantize and gguf 0.19.0 write files; "
           "path avx2: src/ggml-cpu/arch/x86/quants.c quantize_row_q8_0, for activations at run time",
       .parameters = {choiceKnob("path", "Path", "Ties go away from zero in the reference, to even in the AVX2 code.",
                                 {{"reference", "Reference"}, {"avx2", "AVX2"}}, "reference")}},
      [](const Settings& settings) {
        BlockPlan plan;
        const bool isAvx2 = settings.find("path")->second == "avx2";
        plan.codec = {.kind = isAvx2 ? BlockCodec::Kind::Q8_0Avx2 : BlockCodec::Kind::Q8_0, .blockSize = 32};
        plan.granularity = Granularity::Group;
        plan.group = 32;
        plan.wholeGroups = true;
        plan.scaleBits = 16;
        return plan;
      });
  return scheme;
}

}  // namespace ulpscope
