// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/float8_plan.h"

namespace ulpscope {

Parameter float8Knob() {
  return choiceKnob("format", "Format", "The eight-bit format of the codes.",
                    {{"float8_e4m3fn", "FP8 E4M3"}, {"float8_e5m2", "FP8 E5M2"}}, "float8_e4m3fn");
}

BlockPlan float8Plan(const Settings& settings, Granularity granularity) {
  BlockPlan plan;
  const bool isE4m3 = settings.find("format")->second == "float8_e4m3fn";
  plan.codec = {.kind = BlockCodec::Kind::ScaledFloat8, .blockSize = 1, .divisor = isE4m3 ? 448.0f : 57344.0f};
  plan.granularity = granularity;
  plan.signedCodes = false;
  return plan;
}

}  // namespace ulpscope
