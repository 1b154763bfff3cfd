// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/block_scheme.h"

namespace ulpscope {

const Scheme& int8_column_entry() {
  static const BlockScheme scheme({.id = "int8_column",
                                   .title = "INT8 by column",
                                   .family = "Integer",
                                   .reference = "int_symmetric with 8 bits, granularity column, divisor max",
                                   .parameters = {}},
                                  [](const Settings&) {
                                    BlockPlan plan;
                                    plan.codec = {.kind = BlockCodec::Kind::Absmax, .blockSize = 1};
                                    plan.granularity = Granularity::Column;
                                    return plan;
                                  });
  return scheme;
}

}  // namespace ulpscope
