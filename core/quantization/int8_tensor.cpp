// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/block_scheme.h"

namespace ulpscope {

const Scheme& int8_tensor_entry() {
  static const BlockScheme scheme({.id = "int8_tensor",
                                   .title = "INT8, one scale",
                                   .family = "Integer",
                                   .reference = "int_symmetric with 8 bits, granularity tensor, divisor max",
                                   .parameters = {}},
                                  [](const Settings&) {
                                    BlockPlan plan;
                                    plan.codec = {.kind = BlockCodec::Kind::Absmax, .blockSize = 1};
                                    plan.granularity = Granularity::Tensor;
                                    return plan;
                                  });
  return scheme;
}

}  // namespace ulpscope
