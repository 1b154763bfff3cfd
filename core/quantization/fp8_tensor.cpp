// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/float8_plan.h"

namespace ulpscope {

const Scheme& fp8_tensor_entry() {
  static const BlockScheme scheme(
      {.id = "fp8_tensor",
       .title = "FP8, one scale",
       .family = "FP8",
       .reference = "the arithmetic of FBGEMM quantize_fp8_row with the whole tensor as one row",
       .parameters = {float8Knob()}},
      [](const Settings& settings) { return float8Plan(settings, Granularity::Tensor); });
  return scheme;
}

}  // namespace ulpscope
