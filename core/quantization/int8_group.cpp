// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/block_scheme.h"

namespace ulpscope {

const Scheme& int8_group_entry() {
  static const BlockScheme scheme(
      {.id = "int8_group",
       .title = "INT8 by group",
       .family = "Integer",
       .reference = "int_symmetric with 8 bits, granularity group, divisor max",
       .parameters = {groupKnob(128)},
       .text = {.definition = "Absolute maximum: with `a` the largest magnitude of a group of neighbours in a row, "
                              "code = `clamp(rne(x * (127 / a)), -127, 127)` with ties to even; the stored scale is `a "
                              "/ 127`, and restored = code * scale. Where all is zero, codes and scale are 0.",
                .stored = "A code of 8 bits for each weight and a float32 scale for each group: 8 + 32 / group; 8.25 "
                          "with groups of 128.",
                .quirks = {"The last group of a row may be short."},
                .advice = "Where rows hold outliers that would cost the others their precision."}},
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
