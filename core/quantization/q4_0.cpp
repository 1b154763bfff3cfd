// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/ggml_fast_scheme.h"
#include "core/quantization/ggml_simple_blocks.h"

namespace ulpscope {
namespace {

BlockPlan codecPlan(const Settings&) {
  BlockPlan plan;
  plan.codec = {.kind = BlockCodec::Kind::Q4_0, .blockSize = 32};
  plan.granularity = Granularity::Group;
  plan.group = 32;
  plan.wholeGroups = true;
  plan.codeBits = 4;
  plan.signedCodes = false;
  plan.scaleBits = 16;
  return plan;
}

SchemeText text() {
  return {.definition =
              "Blocks of 32 in a row; `m` = the value of largest magnitude with its sign; `d = m / -8`; code = "
              "`min(truncate(x * (1 / d) + 8.5), 15)`; `d` is stored as binary16; restored = (code - 8) * d. With an "
              "importance `w` of each column, `d` is the one of 19 scales around `m / -8` that leaves the smallest "
              "error weighted by `w * sqrt(s + x^2)`, `s` the mean square of the row.",
          .stored = "A binary16 scale and 32 codes of 4 bits: 18 bytes for 32 weights, 4.5 bits.",
          .quirks = {"The value of largest magnitude takes code 0, so the other sign has one step less.",
                     "Codes come from the float32 scale, values from the rounded one.",
                     "A compiler that fuses the multiplication and the addition rounds some ties otherwise: "
                     "`arithmetic` = `fused`. The Python package computed in double up to 0.17.1: `double`.",
                     "A block with NaN is coded as if the NaN were not there; it becomes the lowest code."},
          .advice = "The oldest 4-bit type of llama.cpp, fast everywhere. Q4_K or IQ4_NL are better at the same size."};
}

SchemeInfo q4Info() {
  SchemeInfo info = ggml::infoOf("q4_0", "Q4_0 (GGUF)", "quantize_row_q4_0_ref and quantize_row_q4_0_impl", text());
  info.parameters.push_back(ggml::arithmeticKnob());
  return info;
}

}  // namespace

const Scheme& q4_0_entry() {
  static const ggml::FastScheme scheme(
      q4Info(),
      {.codec = codecPlan,
       .plan = [](const Settings& settings) { return ggml::aroundZeroPlan(4, ggml::arithmeticSetting(settings)); },
       .pack = ggml::packQ4_0,
       .isCodec =
           [](const Settings& settings) { return ggml::arithmeticSetting(settings) == ggml::Arithmetic::Separate; }});
  return scheme;
}

}  // namespace ulpscope
