// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/bnb_4bit.h"

namespace ulpscope {

const Scheme& bnb_nf4_entry() {
  static const Bnb4BitScheme scheme(
      Bnb4BitScheme::Type::Nf4,
      {.id = "bnb_nf4",
       .title = "NF4 (bitsandbytes)",
       .family = "bitsandbytes",
       .reference = "bitsandbytes 0.50.2 functional.py quantize_4bit and dequantize_4bit, quant_type nf4: "
                    "backends/default/ops.py, second level csrc/cpu_ops.cpp; or csrc/kernels.cu as written there",
       .parameters = Bnb4BitScheme::knobs(),
       .text = {
           .definition =
               "Blocks of the flattened tensor; with `a` the largest magnitude of a block, `r = clamp(x * "
               "(1 / max(a, 1e-38)), -1, 1)`; the code is the number of midpoints between the 16 values of "
               "NF4 that lie below `r`; restored = nf4[code] * a. The values are quantiles of a normal "
               "distribution, with an exact zero, 0 and +-1. Double quantization: the mean of all `a` is taken off, "
               "the rest goes through the 8-bit dynamic map in blocks of 256, and both come back before `a` is used.",
           .stored = "A code of 4 bits for each weight and a float32 scale for each block: 4 + 32 / 64 = 4.5; with "
                     "double quantization 8 bits a scale, a float32 for each 256 of them and one mean: 4.127.",
           .quirks = {"Blocks run across the ends of rows.", "A tie goes to the lower code.",
                      "A short last block is divided by its maximum instead of multiplied by the reciprocal.",
                      "On CUDA a block of zeros gets code 0, which is -1: with double quantization, where its scale "
                      "comes back as a small number, its weights are not zero.",
                      "The CPU finds 8-bit codes of scales in a table of 65,536 steps: they may differ from CUDA's."},
           .advice =
               "Loading a model in 4 bits without calibration (QLoRA). Its values fit normal weights; with outliers "
               "in most blocks, formats with finer blocks (NVFP4) or a minimum of their own (Q4_1, Q4_K) do better."}});
  return scheme;
}

}  // namespace ulpscope
