// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/float8_plan.h"

namespace ulpscope {

const Scheme& fp8_row_entry() {
  static const BlockScheme scheme(
      {.id = "fp8_row",
       .title = "FP8 by row",
       .family = "FP8",
       .reference = "FBGEMM fbgemm_gpu/experimental/gen_ai fp8_gemm.py quantize_fp8_row, no upper bound on the scale",
       .parameters = {float8Knob()}},
      [](const Settings& settings) { return float8Plan(settings, Granularity::Row); });
  return scheme;
}

}  // namespace ulpscope
