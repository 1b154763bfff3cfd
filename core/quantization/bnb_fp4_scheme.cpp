// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/bnb_4bit.h"

namespace ulpscope {

const Scheme& bnb_fp4_scheme_entry() {
  static const Bnb4BitScheme scheme(
      Bnb4BitScheme::Type::Fp4,
      {.id = "bnb_fp4",
       .title = "FP4 (bitsandbytes)",
       .family = "bitsandbytes",
       .reference = "bitsandbytes 0.50.2 functional.py quantize_4bit and dequantize_4bit, quant_type fp4: "
                    "backends/default/ops.py, second level csrc/cpu_ops.cpp; or csrc/kernels.cu as written there",
       .parameters = Bnb4BitScheme::knobs(),
       .text = {
           .definition = "As `bnb_nf4` with another table: bit 3 is the sign, and codes 0 to 7 stand for 0, 0.0625, 8, "
                         "12, 4, 6, 2, 3, each over 12. It is not OCP's E2M1: the order is another, and the smallest "
                         "magnitude is 1 / 192 of the largest. Codes go by the midpoints of the sorted table.",
           .stored = "A code of 4 bits for each weight and a float32 scale for each block: 4 + 32 / 64 = 4.5; with "
                     "double quantization 4.127.",
           .quirks = {"Blocks run across the ends of rows.",
                      "On the CPU small positive numbers get code 8, which stands for 0 there; on CUDA numbers below 0 "
                      "get it, and code 0 the others.",
                      "CUDA's thresholds are constants of seven or eight digits, and one of them, 0.0859375, "
                      "is no midpoint."},
           .advice = "Where a file has it already. NF4 has the smaller error on weights at the same size."}});
  return scheme;
}

}  // namespace ulpscope
