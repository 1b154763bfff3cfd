// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/mx_scheme.h"

namespace ulpscope {

const Scheme& mxfp8_e5m2_entry() {
  static const RunScheme scheme = makeMxScheme("mxfp8_e5m2");
  return scheme;
}

}  // namespace ulpscope
