// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/block_scheme.h"

namespace ulpscope {

const Scheme& bnb_nf4_entry() {
  static const BlockScheme scheme(
      {.id = "bnb_nf4",
       .title = "NF4 (bitsandbytes)",
       .family = "bitsandbytes",
       .reference = "bitsandbytes 0.50.2 backends/default/ops.py quantize_4bit and dequantize_4bit, quant_type nf4, "
                    "absmax in float32 (no double quantization)",
       .parameters = {choiceKnob("blocksize", "Block size",
                                 "Values that share a scale; blocks run across the ends of rows.",
                                 {{"32", "32"},
                                  {"64", "64"},
                                  {"128", "128"},
                                  {"256", "256"},
                                  {"512", "512"},
                                  {"1024", "1024"},
                                  {"2048", "2048"},
                                  {"4096", "4096"}},
                                 "64")},
       .text =
           {.definition = "Blocks of the flattened tensor; with `a` the largest magnitude of a block, `r = clamp(x * "
                          "(1 / max(a, 1e-38)), -1, 1)`; the code is the number of midpoints between the 16 values of "
                          "NF4 that lie below `r`; restored = nf4[code] * a. The values are quantiles of a normal "
                          "distribution, with an exact zero, 0 and +-1.",
            .stored = "A code of 4 bits for each weight and a float32 scale for each block: 4 + 32 / 64 = 4.5.",
            .quirks = {"Blocks run across the ends of rows.", "A tie goes to the lower code.",
                       "A short last block is divided by its maximum instead of multiplied by the reciprocal."},
            .advice =
                "Loading a model in 4 bits without calibration (QLoRA). Its values fit normal weights; with outliers "
                "in most blocks, formats with finer blocks (NVFP4) or a minimum of their own (Q4_1, Q4_K) do better."}},
      [](const Settings& settings) {
        BlockPlan plan;
        plan.codec = {.kind = BlockCodec::Kind::Nf4, .blockSize = 1};
        plan.granularity = Granularity::FlatBlocks;
        plan.group = static_cast<std::uint64_t>(integerSetting(settings, "blocksize"));
        plan.codeBits = 4;
        plan.signedCodes = false;
        return plan;
      });
  return scheme;
}

}  // namespace ulpscope
