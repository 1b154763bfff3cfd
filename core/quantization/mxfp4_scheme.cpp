// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/mx_scheme.h"

namespace ulpscope {

const Scheme& mxfp4_scheme_entry() {
  static const RunScheme scheme = makeMxScheme("mxfp4");
  return scheme;
}

}  // namespace ulpscope
