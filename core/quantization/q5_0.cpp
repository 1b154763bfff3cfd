// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/ggml_simple_blocks.h"

namespace ulpscope {
namespace {

SchemeText text() {
  return {.definition =
              "As Q4_0 with 5 bits: `d = m / -16`; code = `min(truncate(x * (1 / d) + 16.5), 31)`; restored = (code - "
              "16) * d. With an importance `d` is searched as in Q4_0.",
          .stored = "A binary16 scale and 32 codes of 5 bits: 22 bytes for 32 weights, 5.5 bits.",
          .quirks = {"The value of largest magnitude takes code 0, so the other sign has one step less.",
                     "Codes come from the float32 scale, values from the rounded one.",
                     "A compiler that fuses the multiplication and the addition rounds some ties otherwise: "
                     "`arithmetic` = `fused`. The Python package computed in double up to 0.17.1: `double`."},
          .advice = "What llama-quantize takes in place of Q4_K where rows are no multiple of 256."};
}

}  // namespace

const Scheme& q5_0_entry() {
  static const RunScheme scheme(
      [] {
        SchemeInfo info =
            ggml::infoOf("q5_0", "Q5_0 (GGUF)", "quantize_row_q5_0_ref and quantize_row_q5_0_impl", text());
        info.parameters.push_back(ggml::arithmeticKnob());
        return info;
      }(),
      [](const Settings& settings) { return ggml::aroundZeroPlan(5, ggml::arithmeticSetting(settings)); });
  return scheme;
}

}  // namespace ulpscope
