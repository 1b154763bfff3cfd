// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/block_scheme.h"

namespace ulpscope {

const Scheme& int8_group_entry() {
  static const BlockScheme scheme({.id = "int8_group",
                                   .title = "INT8 by group",
                                   .family = "Integer",
                                   .reference = "int_symmetric with 8 bits, granularity group, divisor max",
                                   .parameters = {groupKnob(128)}},
                                  [](const Settings& settings) {
                                    BlockPlan plan;
                                    plan.codec = {.kind = BlockCodec::Kind::Absmax, .blockSize = 1};
                                    plan.granularity = Granularity::Group;
                                    plan.group = static_cast<std::uint64_t>(integerSetting(settings, "group"));
                                    return plan;
                                  });
  return scheme;
}

}  // namespace ulpscope
