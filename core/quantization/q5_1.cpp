// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/ggml_simple_blocks.h"

namespace ulpscope {
namespace {

SchemeText text() {
  return {.definition =
              "As Q4_1 with 5 bits: `d = (max - min) / 31`; code = `truncate((x - min) * (1 / d) + 0.5)`; restored = "
              "code * d + m. With an importance `d` and `m` are searched as in Q4_1.",
          .stored = "Two binary16 numbers and 32 codes of 5 bits: 24 bytes for 32 weights, 6 bits.",
          .quirks = {"Codes come from float32 numbers, values from the rounded ones.",
                     "NaN is left out of the range and becomes code 0."},
          .advice = "What llama-quantize takes in place of Q5_K where rows are no multiple of 256."};
}

}  // namespace

const Scheme& q5_1_entry() {
  static const RunScheme scheme(
      ggml::infoOf("q5_1", "Q5_1 (GGUF)", "quantize_row_q5_1_ref and quantize_row_q5_1_impl", text()),
      [](const Settings&) { return ggml::fromMinimumPlan(5); });
  return scheme;
}

}  // namespace ulpscope
