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
                                 "64")}},
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
