// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/bnb_4bit.h"
#include "core/quantization/dynamic8_codes.h"
#include "core/quantization/run_scheme.h"

namespace ulpscope {
namespace {

RunPlan plan(const Settings& settings) {
  RunPlan plan;
  plan.granularity = Granularity::FlatBlocks;
  plan.group = static_cast<std::uint64_t>(integerSetting(settings, "blocksize"));
  plan.encode = [path = bnbPathSetting(settings)](const RunInput& run, const RunCodes& out) {
    out.stored[0].scale = encodeDynamic8(path, run.values, out.codes);
  };
  plan.decode = [](std::span<const std::uint8_t> codes, const StoredScale& stored, std::span<float> values) {
    const auto map = dynamic8Values();
    for (std::size_t i = 0; i < codes.size(); ++i) values[i] = map[codes[i]] * stored.scale;
  };
  plan.scaleNote = "largest magnitude of the block";
  return plan;
}

}  // namespace

const Scheme& bnb_dynamic8_entry() {
  static const RunScheme scheme(
      {.id = "bnb_dynamic8",
       .title = "Dynamic 8-bit (bitsandbytes)",
       .family = "bitsandbytes",
       .reference =
           "bitsandbytes 0.50.2 functional.py quantize_blockwise and dequantize_blockwise: csrc/cpu_ops.cpp, or "
           "csrc/kernels.cu dQuantize as written there",
       .parameters = {bnbBlockSizeKnob(64, "4096"), bnbPathKnob()},
       .text =
           {.definition =
                "Blocks of the flattened tensor; with `a` the largest magnitude of a block, `r = x * (1 / a)` is "
                "looked up among 256 values in decades from 1e-6 to 1, each of a power of ten and a fraction that "
                "has more bits the larger it is; restored = map[code] * a.",
            .stored = "A code of 8 bits for each weight and a float32 scale for each block: 8 + 32 / 4096 = 8.008.",
            .quirks = {"1 is among the values and -1 is not: a block's maximum comes back if it is positive, and 0.7 % "
                       "too small if it is negative.",
                       "The CPU looks codes up in a table of 65,536 steps, coarser than the map below 1e-4: 0 becomes "
                       "code 131, which stands for 1.45e-5 of the maximum.",
                       "A block of zeros gets code 0; NaN is passed over by the maximum and gets code 0 too.",
                       "CUDA halves the map: a tie goes to the code compared last."},
            .advice =
                "What 8-bit optimizers keep their states in, and double quantization its scales. For weights, plain "
                "INT8 by row or group has a smaller error."}},
      plan);
  return scheme;
}

}  // namespace ulpscope
