// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/engines/tensor_cores.h"

namespace ulpscope {

const MatrixEngine& engine_ada_entry() {
  static const MatrixEngine engine{.id = "ada",
                                   .title = "RTX 1000 (Ada), mma.sync",
                                   .text = "As the A100; sums of FP8 products keep 13 fraction bits.",
                                   .source = tensor_cores::kSource,
                                   .evidence = MatrixEngine::Evidence::Recorded,
                                   .units = tensor_cores::ada()};
  return engine;
}

}  // namespace ulpscope
