// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/engines/tensor_cores.h"

namespace ulpscope {

const MatrixEngine& engine_h100_wgmma_entry() {
  static const MatrixEngine engine{
      .id = "h100-wgmma",
      .title = "H100 (Hopper), wgmma",
      .text =
          "Thirty-two bytes of operands at once, 25 fraction bits are kept, the sum is cut to float32; of "
          "FP8 products, and their sum, 13.",
      .source = tensor_cores::kSource,
      .evidence = MatrixEngine::Evidence::Recorded,
      .units = tensor_cores::hopperWgmma()};
  return engine;
}

}  // namespace ulpscope
