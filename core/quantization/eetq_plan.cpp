// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/eetq_plan.h"

namespace ulpscope {

BlockPlan eetqPlan() {
  BlockPlan plan;
  plan.codec = {.kind = BlockCodec::Kind::EetqInt8, .blockSize = 1, .divisor = 128, .low = -128};
  plan.granularity = Granularity::Row;
  plan.scaleBits = 16;
  return plan;
}

}  // namespace ulpscope
