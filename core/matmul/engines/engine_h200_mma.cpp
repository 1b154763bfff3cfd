// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/engines/tensor_cores.h"

namespace ulpscope {

const MatrixEngine& engine_h200_mma_entry() {
  static const MatrixEngine engine = tensor_cores::mmaEngine("h200-mma", "H200 (Hopper), mma.sync");
  return engine;
}

}  // namespace ulpscope
