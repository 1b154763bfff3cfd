// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/block_scheme.h"

namespace ulpscope {
namespace {

BlockPlan plan(const Settings& settings) {
  const int bits = static_cast<int>(integerSetting(settings, "bits"));
  const int half = 1 << (bits - 1);
  BlockPlan plan;
  plan.codec = {.kind = BlockCodec::Kind::Affine, .blockSize = 1, .low = -half, .high = half - 1};
  plan.codec.includeZero = settings.find("range")->second == "with_zero";
  plan.granularity = granularitySetting(settings);
  plan.group = static_cast<std::uint64_t>(integerSetting(settings, "group"));
  plan.codeBits = bits;
  // A range that holds 0 puts the zero point among the codes; as given it may lie anywhere.
  plan.zeroPointBits = plan.codec.includeZero ? bits : 32;
  return plan;
}

}  // namespace

const Scheme& int_affine_entry() {
  static const BlockScheme scheme(
      {.id = "int_affine",
       .title = "Affine integer",
       .family = "Integer",
       .reference =
           "scale and zero point as defined in core/quantization/block_codec.h; float32 scales, zero points of "
           "code width, or 32 bits where the range is taken as given",
       .parameters = {bitsKnob(), granularityKnob("row"), groupKnob(128),
                      choiceKnob("range", "Range", "Whether the range is widened to hold zero, as libraries do.",
                                 {{"with_zero", "Widened to hold 0"}, {"as_given", "As given"}}, "with_zero")},
       .text = {.definition =
                    "`lo`, `hi` = smallest and largest value of a block, widened to hold 0 unless the range is taken "
                    "as given; scale = `(hi - lo) / (2^b - 1)`; zero point = `low - rne(lo / scale)`; code = "
                    "`clamp(rne(x / scale) + zero, low, high)`; restored = `(code - zero) * scale`.",
                .stored =
                    "A code of `bits` bits for each weight, a float32 scale and a zero point of as many bits for each "
                    "block: bits + (32 + bits) / block. As given, zero points may lie anywhere and take 32 bits.",
                .quirks = {"A block without spread has scale 1.",
                           "Widened to hold 0, zero is restored exactly; as given it may not be."},
                .advice = "Activations after ReLU, and weights whose blocks lie on one side of zero: a symmetric "
                          "scheme wastes half of its codes there."}},
      plan);
  return scheme;
}

}  // namespace ulpscope
