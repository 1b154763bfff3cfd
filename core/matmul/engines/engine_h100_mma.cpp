// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/engines/tensor_cores.h"

namespace ulpscope {

const MatrixEngine& engine_h100_mma_entry() {
  static const MatrixEngine engine{
      .id = "h100-mma",
      .title = "H100 (Hopper), mma.sync",
      .text =
          "Thirty-two bytes of operands at once, 25 fraction bits are kept, the sum is cut to float32. FP8 "
          "operands are converted to FP16 and multiplied in two halves.",
      .source = tensor_cores::kSource,
      .evidence = MatrixEngine::Evidence::Recorded,
      .units = tensor_cores::hopperMma()};
  return engine;
}

}  // namespace ulpscope
