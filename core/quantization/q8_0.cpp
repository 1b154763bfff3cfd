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
                                 {{"reference", "Reference"}, {"avx2", "AVX2"}}, "reference")},
       .text = {.definition = "Blocks of 32 in a row; `d` = largest magnitude / 127; code = `clamp(round half away(x * "
                              "(1 / d)), -128, 127)`; `d` is stored as binary16; restored = code * d. The AVX2 code "
                              "multiplies by `127 / a` and rounds ties to even.",
                .stored = "A binary16 scale and 32 codes of 8 bits: 34 bytes for 32 weights, 8.5 bits.",
                .quirks = {"Codes come from the float32 scale, values from the rounded one."},
                .advice =
                    "Practically lossless; what llama.cpp falls back to, and what activations become at run time."}},
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
