// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/ggml_six_bit_blocks.h"

namespace ulpscope {
namespace {

SchemeText text() {
  return {
      .definition =
          "Blocks of 256 in a row, in 8 parts of 32; the step and minimum that leave the smallest error weighted by "
          "`sqrt(mean of x^2) + |x|` are searched for each part: 21 steps around `(max - min) / 15`, for each the best "
          "scale and minimum by least squares. The parts' scales and minimums are then stored as integers `s` and `m` "
          "of 6 bits, the largest as 63, in units of the block's binary16 `d` and `dmin`, and the codes made anew: "
          "`clamp(rne((x + dmin * m) / (d * s)), 0, 15)`; restored = (d * s) * code - dmin * m. With an importance `w` "
          "the weights are `w * sqrt(v + x^2)`, `v` twice the mean square of the block, the steps 37, and `d` and "
          "`dmin` searched too.",
      .stored =
          "Codes of 4 bits, 12 bytes of scales and minimums and two binary16 numbers: 144 bytes for 256 weights, 4.5 "
          "bits.",
      .quirks =
          {"Later steps of a search start from the minimum that the best one so far has found, so their order matters.",
           "Minimums are never above 0: a part of positive values has the minimum 0.",
           "NaN gives code 0 or spoils its block's scales, as it happens in ggml built without assertions."},
      .advice = "The usual choice of llama.cpp at 4 bits; Q4_K_M is mostly this."};
}

}  // namespace

const Scheme& q4_k_entry() {
  static const RunScheme scheme(
      ggml::infoOf("q4_k", "Q4_K (GGUF)", "quantize_row_q4_K_ref and quantize_row_q4_K_impl", text()),
      [](const Settings&) { return ggml::sixBitPlan(4); });
  return scheme;
}

}  // namespace ulpscope
