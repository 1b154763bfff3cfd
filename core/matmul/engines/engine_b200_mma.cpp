// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/engines/tensor_cores.h"

namespace ulpscope {

const MatrixEngine& engine_b200_mma_entry() {
  static const MatrixEngine engine = tensor_cores::mmaEngine("b200-mma", "B200 (Blackwell), mma.sync");
  return engine;
}

}  // namespace ulpscope
