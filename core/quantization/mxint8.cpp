// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/mx_scheme.h"

namespace ulpscope {

const Scheme& mxint8_entry() {
  static const RunScheme scheme = makeMxScheme("mxint8");
  return scheme;
}

}  // namespace ulpscope
