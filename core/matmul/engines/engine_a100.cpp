// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/engines/tensor_cores.h"

namespace ulpscope {

const MatrixEngine& engine_a100_entry() {
  static const MatrixEngine engine{
      .id = "a100",
      .title = "A100 (Ampere), mma.sync",
      .text =
          "Sixteen bytes of operands at once (4 products of TF32, 8 of FP16 and BF16), 24 fraction bits are "
          "kept, the sum is cut to float32.",
      .source = tensor_cores::kSource,
      .evidence = MatrixEngine::Evidence::Recorded,
      .units = tensor_cores::ampere()};
  return engine;
}

}  // namespace ulpscope
