// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/mx_scheme.h"

namespace ulpscope {

const Scheme& mxfp6_e2m3_entry() {
  static const RunScheme scheme = makeMxScheme("mxfp6_e2m3");
  return scheme;
}

}  // namespace ulpscope
