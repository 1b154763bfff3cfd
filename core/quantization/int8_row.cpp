// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/block_scheme.h"

namespace ulpscope {
namespace {

BlockPlan plan(const Settings& settings) {
  const std::string& reference = settings.find("reference")->second;
  BlockPlan plan;
  plan.codec = {.kind = BlockCodec::Kind::BnbInt8, .blockSize = 1};
  if (reference == "compressed-tensors")
    plan.codec = {.kind = BlockCodec::Kind::CompressedInt, .blockSize = 1, .divisor = 127.5f, .low = -128};
  if (reference == "eetq") {
    plan.codec = {.kind = BlockCodec::Kind::EetqInt8, .blockSize = 1, .divisor = 128, .low = -128};
    plan.scaleBits = 16;
  }
  plan.granularity = Granularity::Row;
  return plan;
}

}  // namespace

const Scheme& int8_row_entry() {
  static const BlockScheme scheme(
      {.id = "int8_row",
       .title = "INT8 by row",
       .family = "Integer",
       .reference = "bitsandbytes 0.50.2 backends/default/ops.py int8_vectorwise_quant (LLM.int8 weights); "
                    "compressed-tensors 0.20.0 quantization/utils/helpers.py calculate_qparams, symmetric, channel; "
                    "EETQ csrc/cutlass_kernels/cutlass_preprocessors.cc symmetric_quantize",
       .parameters = {choiceKnob("reference", "Reference", "Whose INT8: they divide and store differently.",
                                 {{"bitsandbytes", "bitsandbytes (/127)"},
                                  {"compressed-tensors", "compressed-tensors (/127.5)"},
                                  {"eetq", "EETQ (/128, binary16 scales)"}},
                                 "bitsandbytes")}},
      plan);
  return scheme;
}

}  // namespace ulpscope
