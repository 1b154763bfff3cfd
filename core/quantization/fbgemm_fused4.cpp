// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/fbgemm_fused.h"

namespace ulpscope {

const Scheme& fbgemm_fused4_entry() {
  static const RunScheme scheme = makeFusedBitsScheme(4);
  return scheme;
}

}  // namespace ulpscope
