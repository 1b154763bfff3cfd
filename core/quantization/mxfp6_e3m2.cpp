// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/mx_scheme.h"

namespace ulpscope {

const Scheme& mxfp6_e3m2_entry() {
  static const RunScheme scheme = makeMxScheme("mxfp6_e3m2");
  return scheme;
}

}  // namespace ulpscope
