// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/engines/tensor_cores.h"

namespace ulpscope {

const MatrixEngine& engine_h100_mma_entry() {
  static const MatrixEngine engine = tensor_cores::mmaEngine("h100-mma", "H100 (Hopper), mma.sync");
  return engine;
}

}  // namespace ulpscope
