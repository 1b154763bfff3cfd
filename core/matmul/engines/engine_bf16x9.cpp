// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/engines/emulated_units.h"

namespace ulpscope {

const MatrixEngine& engine_bf16x9_entry() {
  static const MatrixEngine engine{
      .id = "bf16x9",
      .title = "BF16x9",
      .text =
          "Operands are split into three of BF16, which is all of float32; the nine products are added in "
          "float32.",
      .source = "cuBLAS 12.9, CUBLAS_COMPUTE_32F_EMULATED_16BFX9",
      .evidence = MatrixEngine::Evidence::Published,
      .units = {splitBf16(3)}};
  return engine;
}

}  // namespace ulpscope
