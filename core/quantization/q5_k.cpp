// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/ggml_six_bit_blocks.h"

namespace ulpscope {
namespace {

SchemeText text() {
  return {
      .definition =
          "Blocks of 256 in a row, in 8 parts of 32; the step and minimum that leave the smallest error weighted by "
          "`sqrt(mean of x^2) + |x|` are searched for each part: 16 steps around `(max - min) / 31`, for each the best "
          "scale and minimum by least squares. The parts' scales and minimums are then stored as integers `s` and `m` "
          "of 6 bits, the largest as 63, in units of the block's binary16 `d` and `dmin`, and the codes made anew: "
          "`clamp(rne((x + dmin * m) / (d * s)), 0, 31)`; restored = (d * s) * code - dmin * m. With an importance `w` "
          "the weights are `w * sqrt(v + x^2)`, `v` twice the mean square of the block, the steps 37, and `d` and "
          "`dmin` searched too.",
      .stored =
          "Codes of 5 bits, 12 bytes of scales and minimums and two binary16 numbers: 176 bytes for 256 weights, 5.5 "
          "bits.",
      .quirks =
          {"Later steps of a search start from the minimum that the best one so far has found, so their order matters.",
           "Minimums are never above 0: a part of positive values has the minimum 0.",
           "NaN gives code 0 or spoils its block's scales, as it happens in ggml built without assertions."},
      .advice = "Where 4 bits are felt and memory allows."};
}

}  // namespace

const Scheme& q5_k_entry() {
  static const RunScheme scheme(
      ggml::infoOf("q5_k", "Q5_K (GGUF)", "quantize_row_q5_K_ref and quantize_row_q5_K_impl", text()),
      [](const Settings&) { return ggml::sixBitPlan(5); });
  return scheme;
}

}  // namespace ulpscope
