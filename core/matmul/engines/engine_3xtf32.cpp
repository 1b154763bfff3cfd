// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/engines/emulated_units.h"

namespace ulpscope {

const MatrixEngine& engine_3xtf32_entry() {
  static const MatrixEngine engine{
      .id = "3xtf32",
      .title = "3xTF32, sums in FP32",
      .text =
          "Operands are split into two of TF32; three of their four products, each from a zero accumulator "
          "of an A100, are added in float32.",
      .source = "CUTLASS (tensor operations on float32); arXiv 2203.03341; triton-lang/triton pull request 4934",
      .evidence = MatrixEngine::Evidence::Published,
      .units = {tripleTf32(true)}};
  return engine;
}

}  // namespace ulpscope
