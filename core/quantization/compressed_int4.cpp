// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/compressed_int.h"

namespace ulpscope {

const Scheme& compressed_int4_entry() {
  static const RunScheme scheme(
      {.id = "compressed_int4",
       .title = "INT4 (compressed-tensors)",
       .family = "compressed-tensors",
       .reference = "compressed-tensors 0.20.0 quantization/utils/helpers.py calculate_qparams and "
                    "quantization/lifecycle/forward.py quantize and dequantize; ranges from minimum and maximum",
       .parameters = compressedIntKnobs("group"),
       .text = compressedIntText(4)},
      [](const Settings& settings) { return compressedIntPlan(4, settings); });
  return scheme;
}

}  // namespace ulpscope
