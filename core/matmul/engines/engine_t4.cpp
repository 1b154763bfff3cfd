// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/engines/tensor_cores.h"

namespace ulpscope {

const MatrixEngine& engine_t4_entry() {
  static const MatrixEngine engine{
      .id = "t4",
      .title = "T4 (Turing), mma.sync",
      .text = "Eight products at once, 24 fraction bits are kept, the sum is cut to float32.",
      .source = tensor_cores::kSource,
      .evidence = MatrixEngine::Evidence::Published,
      .units = {
          {.format = "float16", .unit = tensor_cores::fused(24, 8, -132), .half = tensor_cores::half(24, 8, -20)}}};
  return engine;
}

}  // namespace ulpscope
