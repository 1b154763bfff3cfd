// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/engines/tensor_cores.h"

namespace ulpscope {

const MatrixEngine& engine_h200_wgmma_entry() {
  static const MatrixEngine engine = tensor_cores::wgmmaEngine("h200-wgmma", "H200 (Hopper), wgmma");
  return engine;
}

}  // namespace ulpscope
