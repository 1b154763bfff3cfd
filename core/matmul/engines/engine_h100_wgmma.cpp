// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/engines/tensor_cores.h"

namespace ulpscope {

const MatrixEngine& engine_h100_wgmma_entry() {
  static const MatrixEngine engine = tensor_cores::wgmmaEngine("h100-wgmma", "H100 (Hopper), wgmma");
  return engine;
}

}  // namespace ulpscope
