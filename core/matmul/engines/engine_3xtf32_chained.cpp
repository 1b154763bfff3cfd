// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/engines/emulated_units.h"

namespace ulpscope {

const MatrixEngine& engine_3xtf32_chained_entry() {
  static const MatrixEngine engine{
      .id = "3xtf32-chained",
      .title = "3xTF32, one accumulator",
      .text =
          "Operands are split into two of TF32; three of their four products go through the one accumulator "
          "of an A100, which cuts.",
      .source = "CUTLASS (tensor operations on float32); arXiv 2203.03341",
      .evidence = MatrixEngine::Evidence::Published,
      .units = {tripleTf32(false)}};
  return engine;
}

}  // namespace ulpscope
