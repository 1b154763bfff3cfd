// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/block_scheme.h"
#include "core/quantization/eetq_plan.h"

namespace ulpscope {
namespace {

BlockPlan plan(const Settings& settings) {
  const std::string& reference = settings.find("reference")->second;
  if (reference == "eetq") return eetqPlan();
  BlockPlan plan;
  plan.codec = {.kind = BlockCodec::Kind::BnbInt8, .blockSize = 1};
  if (reference == "compressed-tensors")
    plan.codec = {.kind = BlockCodec::Kind::CompressedInt, .blockSize = 1, .divisor = 127.5f, .low = -128};
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
                                 "bitsandbytes")},
       .text =
           {.definition =
                "bitsandbytes: with `a` the largest magnitude of the row, code = `rne(x * ((1 / a) * 127))`; `a` "
                "itself is stored, and restored = `(code * a) * 0.007874015718698502`. compressed-tensors: scale = `a "
                "/ "
                "127.5`, code = `clamp(rne(x / scale), -128, 127)`. EETQ: scale = `a / 128` in float32, code = "
                "`clamp(round half away(x / scale), -128, 127)`, but the scale is stored as binary16.",
            .stored = "A code of 8 bits for each weight and a float32 scale for each row (binary16 with EETQ): 8 + "
                      "32 / columns.",
            .quirks =
                {"compressed-tensors and EETQ clip the largest positive value: to 127 / 127.5 and 127 / 128 of it.",
                 "bitsandbytes: rows whose largest magnitude is at most 3.73e-37 have an infinite factor, and codes 0.",
                 "EETQ quantizes with the float32 scale and restores with the rounded one."},
            .advice = "Weights of linear layers for INT8 matrix engines: the scale of an output channel leaves the "
                      "sum. A row with outliers loses precision; FP8 by row or groups cope better there."}},
      plan);
  return scheme;
}

}  // namespace ulpscope
