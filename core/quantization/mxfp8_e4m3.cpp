// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/mx_scheme.h"

namespace ulpscope {

const Scheme& mxfp8_e4m3_entry() {
  static const RunScheme scheme = makeMxScheme("mxfp8_e4m3");
  return scheme;
}

}  // namespace ulpscope
