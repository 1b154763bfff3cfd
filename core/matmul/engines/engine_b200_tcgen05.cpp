// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/engines/tensor_cores.h"

namespace ulpscope {

const MatrixEngine& engine_b200_tcgen05_entry() {
  static const MatrixEngine engine{
      .id = "b200-tcgen05",
      .title = "B200 (Blackwell), tcgen05",
      .text =
          "Thirty-two bytes of operands at once, 25 fraction bits are kept, of FP8 too; the sum is cut to "
          "float32.",
      .source = tensor_cores::kSource,
      .evidence = MatrixEngine::Evidence::Published,
      .units = tensor_cores::blackwellTcgen05()};
  return engine;
}

}  // namespace ulpscope
