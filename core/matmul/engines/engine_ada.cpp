// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/engines/tensor_cores.h"

namespace ulpscope {

const MatrixEngine& engine_ada_entry() {
  static const MatrixEngine engine = tensor_cores::adaEngine("ada", "RTX 1000 (Ada), mma.sync");
  return engine;
}

}  // namespace ulpscope
