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
                                 {{"with_zero", "Widened to hold 0"}, {"as_given", "As given"}}, "with_zero")}},
      plan);
  return scheme;
}

}  // namespace ulpscope
