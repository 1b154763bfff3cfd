// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/engines/tensor_cores.h"

namespace ulpscope {

const MatrixEngine& engine_a2_entry() {
  static const MatrixEngine engine{.id = "a2",
                                   .title = "A2 (Ampere), mma.sync",
                                   .text = "As the A100 in TF32, FP16 and BF16.",
                                   .source = tensor_cores::kSource,
                                   .evidence = MatrixEngine::Evidence::Recorded,
                                   .units = tensor_cores::ampere()};
  return engine;
}

}  // namespace ulpscope
