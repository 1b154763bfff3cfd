// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/engines/tensor_cores.h"

namespace ulpscope {

const MatrixEngine& engine_l40s_entry() {
  static const MatrixEngine engine = tensor_cores::adaEngine("l40s", "L40S (Ada), mma.sync");
  return engine;
}

}  // namespace ulpscope
