// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/engines/tensor_cores.h"

namespace ulpscope {

const MatrixEngine& engine_v100_entry() {
  static const MatrixEngine engine{
      .id = "v100",
      .title = "V100 (Volta), mma.sync",
      .text =
          "Four products and the sum are aligned to the largest exponent and cut to 23 fraction bits; the "
          "sum is cut to float32.",
      .source = tensor_cores::kSource,
      .evidence = MatrixEngine::Evidence::Recorded,
      .units = {{.format = "float16",
                 .unit = tensor_cores::fused(23, 4, DotUnit::kNoZeroExponent),
                 .half = tensor_cores::half(23, 4, -19)}}};
  return engine;
}

}  // namespace ulpscope
