// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/engines/emulated_units.h"

namespace ulpscope {

const MatrixEngine& engine_bf16x3_entry() {
  static const MatrixEngine engine{
      .id = "bf16x3",
      .title = "BF16x3",
      .text =
          "Operands are split into two of BF16, about 16 bits; three of their four products are added in "
          "float32.",
      .source = "torch.set_float32_matmul_precision(high)",
      .evidence = MatrixEngine::Evidence::Published,
      .units = {splitBf16(2)}};
  return engine;
}

}  // namespace ulpscope
