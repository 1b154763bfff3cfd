// SPDX-License-Identifier: Apache-2.0
//
// TQ2_0: codes[64] d, two bits each.
#include "core/quantization/ggml_numbers.h"
#include "core/quantization/ggml_packing.h"
#include "core/quantization/ggml_ternary_blocks.h"

namespace ulpscope {
namespace {

void encode(const RunInput& run, const RunCodes& out) {
  const ggml::Trits trits = ggml::tritsOf(run.values);
  for (std::size_t i = 0; i < trits.values.size(); ++i)
    out.codes[i] = static_cast<std::uint8_t>(static_cast<unsigned>(trits.values[i]) & 3);
  const std::uint16_t d = ggml::halfCode(trits.d);
  ggml::putPairs(out.codes, 0, out.packed.data());
  ggml::putWord(d, out.packed.data() + 64);
  out.stored[0].scale = ggml::halfValue(d);
}

SchemeText text() {
  return {.definition =
              "As TQ1_0: `d` = largest magnitude; code = `round half away(x * (1 / d)) + 1`; `d` is stored as "
              "binary16; restored = (code - 1) * d.",
          .stored = "256 codes of 2 bits and a binary16 scale: 66 bytes for 256 weights, 2.0625 bits.",
          .quirks = {"A NaN is forgotten with the value that follows it; values before it may then be larger than `d`, "
                     "and their codes wrap around."},
          .advice = "As TQ1_0, faster and larger."};
}

}  // namespace

const Scheme& tq2_0_entry() {
  static const RunScheme scheme(
      [] {
        SchemeInfo info = ggml::infoOf("tq2_0", "TQ2_0 (GGUF)", "quantize_row_tq2_0_ref", text());
        info.calibration = CalibrationUse::None;
        return info;
      }(),
      [](const Settings&) { return ggml::ternaryPlan(66, encode); });
  return scheme;
}

}  // namespace ulpscope
