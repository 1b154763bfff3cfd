// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/ggml_simple_blocks.h"

namespace ulpscope {
namespace {

SchemeText text() {
  return {
      .definition =
          "Blocks of 32 in a row; `d = (max - min) / 15`; code = `min(truncate((x - min) * (1 / d) + 0.5), 15)`; `d` "
          "and `m = min` are stored as binary16; restored = code * d + m. With an importance `d` and `m` come from the "
          "search of the K-quants, 37 steps around `(max - min) / 15` with weights `w * sqrt(s + x^2)`, `s` the mean "
          "square of the row, and `m` is not above 0.",
      .stored = "Two binary16 numbers and 32 codes of 4 bits: 20 bytes for 32 weights, 5 bits.",
      .quirks = {"Codes come from float32 numbers, values from the rounded ones.",
                 "NaN is left out of the range and becomes code 0."},
      .advice = "For blocks that do not lie around zero. At 5 bits Q5_K and even Q4_K are better for most weights."};
}

}  // namespace

const Scheme& q4_1_entry() {
  static const RunScheme scheme(
      ggml::infoOf("q4_1", "Q4_1 (GGUF)", "quantize_row_q4_1_ref and quantize_row_q4_1_impl", text()),
      [](const Settings&) { return ggml::fromMinimumPlan(4); });
  return scheme;
}

}  // namespace ulpscope
