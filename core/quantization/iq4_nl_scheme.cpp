// SPDX-License-Identifier: Apache-2.0
//
// The entry is iq4_nl_scheme, as iq4_nl is that of the number format.
//
// IQ4_NL: d nibbles[16]. The codes are made with the scale as it is before it becomes binary16.
#include <array>

#include "core/quantization/ggml_numbers.h"
#include "core/quantization/ggml_packing.h"
#include "core/quantization/ggml_table_blocks.h"

namespace ulpscope {
namespace {

constexpr std::size_t kValues = 32;

void encode(bool searches, const RunInput& run, const RunCodes& out) {
  std::array<float, kValues> weights;
  ggml::weighTable(run, weights);
  float scale;
  if (searches) {
    scale = ggml::searchTableScale(run.values, weights);
    ggml::tableCodes(scale != 0 ? 1 / scale : 0.0f, run.values, out.codes);
  } else {
    scale = ggml::firstTableScale(run.values, weights, out.codes);
  }
  const std::uint16_t d = ggml::halfCode(scale);
  out.stored[0].scale = ggml::halfValue(d);
  ggml::putWord(d, out.packed.data());
  ggml::putNibbles(out.codes, 16, out.packed.data() + 2);
}

SchemeText text() {
  return {.definition =
              "Blocks of 32 in a row; codes name the nearest of the 16 values of format iq4_nl, times a scale. Of 16 "
              "scales, `m / 127` and `m / (k - 127)` for k from -7 to 7, `m` the value of largest magnitude, the one "
              "whose least-squares scale leaves the smallest error weighted by `x^2` gives `d`, and the codes are made "
              "with it; `d` is stored as binary16; restored = d * value. With an importance `w` the weights are `w * "
              "sqrt(v + x^2)`, `v` twice the mean square of the block.",
          .stored = "A binary16 scale and 32 codes of 4 bits: 18 bytes for 32 weights, 4.5 bits.",
          .quirks = {"The table has no zero: zeros are restored as d.",
                     "Codes come from the float32 scale, values from the rounded one."},
          .advice = "Better than Q4_0 at its size, for rows that are no multiple of 256."};
}

SchemeInfo iq4Info() {
  SchemeInfo info = ggml::infoOf("iq4_nl", "IQ4_NL (GGUF)", "quantize_iq4_nl", text());
  info.reference += "; path reference: quantize_row_iq4_nl_ref, for caches at run time";
  info.parameters.push_back(choiceKnob(
      "path", "Path", "llama-quantize tries 16 scales; the reference takes the first, and knows no importance.",
      {{"quantize", "llama-quantize"}, {"reference", "Reference"}}, "quantize"));
  return info;
}

}  // namespace

const Scheme& iq4_nl_scheme_entry() {
  static const RunScheme scheme(iq4Info(), [](const Settings& settings) {
    const bool searches = choiceSetting(settings, "path") == "quantize";
    RunPlan plan = ggml::planOf({.values = kValues,
                                 .part = kValues,
                                 .bytes = 18,
                                 .codeBits = 4,
                                 .scaleNote = "the one of 16 that leaves the smallest weighted error, as binary16"},
                                [searches](const RunInput& run, const RunCodes& out) {
                                  RunInput given = run;
                                  if (!searches) given.importance = {};
                                  encode(searches, given, out);
                                });
    plan.decode = ggml::decodeTable;
    return plan;
  });
  return scheme;
}

}  // namespace ulpscope
