// SPDX-License-Identifier: Apache-2.0
//
// Q2_K: scales[16] codes[64] d dmin. A byte of `scales` holds the scale's integer in its low and the minimum's in its
// high nibble.
#include "core/quantization/ggml_k_blocks.h"

namespace ulpscope {
namespace {

using ggml::PartCodes;

void putScales(std::span<const std::uint8_t> scales, std::span<const std::uint8_t> minimums, std::byte* packed) {
  for (std::size_t part = 0; part < scales.size(); ++part)
    packed[part] = static_cast<std::byte>((scales[part] | minimums[part] << 4) & 0xFF);
}

PartCodes scalesAt(const std::byte* packed, std::size_t part) {
  const auto both = static_cast<unsigned>(packed[part]);
  return {static_cast<std::uint8_t>(both & 15), static_cast<std::uint8_t>(both >> 4)};
}

void putCodes(std::span<const std::uint8_t> codes, std::byte* packed) { ggml::putPairs(codes, 0, packed + 16); }

SchemeText text() {
  return {
      .definition =
          "Blocks of 256 in a row, in 16 parts of 16; the step and minimum that leave the smallest sum of |error| "
          "weighted by `|x|` are searched for each part: 16 steps around `(max - min) / 3`, for each the best scale "
          "and minimum by least squares. The parts' scales and minimums are then stored as integers `s` and `m` of 4 "
          "bits, the largest as 15, in units of the block's binary16 `d` and `dmin`, and the codes made anew: "
          "`clamp(rne((x + dmin * m) / (d * s)), 0, 3)`; restored = (d * s) * code - dmin * m. With an importance `w` "
          "the weights are `w * sqrt(v + x^2)`, `v` the mean square of the block, errors squared, the steps 37, and "
          "`d` and `dmin` searched too.",
      .stored =
          "Codes of 2 bits, 16 bytes of scales and minimums and two binary16 numbers: 84 bytes for 256 weights, 2.625 "
          "bits.",
      .quirks =
          {"Later steps of a search start from the minimum that the best one so far has found, so their order matters.",
           "Minimums are never above 0: a part of positive values has the minimum 0.",
           "NaN gives code 0 or spoils its block's scales, as it happens in ggml built without assertions."},
      .advice = "Only with an importance matrix, and where nothing larger fits."};
}

}  // namespace

const Scheme& q2_k_entry() {
  static const RunScheme scheme(
      ggml::infoOf("q2_k", "Q2_K (GGUF)", "quantize_row_q2_K_ref and quantize_row_q2_K_impl", text()),
      [](const Settings&) {
        return ggml::minimumPlan(
            {.block = {.values = ggml::kBlock,
                       .part = 16,
                       .bytes = 84,
                       .codeBits = 2,
                       .hasOffsets = true,
                       .scaleNote = "of 16 values: an integer of four bits times the block's binary16 d"},
             .largest = 3,
             .largestScale = 15,
             .grid = {.first = -0.5f, .spacing = 0.1f, .last = 15, .absolute = true},
             .weighing = ggml::Weighing::Magnitude,
             .sigmaFactor = 1,
             .putScales = putScales,
             .scalesAt = scalesAt,
             .wordsAt = 80,
             .putCodes = putCodes});
      });
  return scheme;
}

}  // namespace ulpscope
