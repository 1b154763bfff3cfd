// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/ggml_fast_scheme.h"
#include "core/quantization/ggml_simple_blocks.h"

namespace ulpscope {
namespace {

bool isAvx2(const Settings& settings) { return choiceSetting(settings, "path") == "avx2"; }

BlockPlan codecPlan(const Settings& settings) {
  BlockPlan plan;
  const auto kind = isAvx2(settings) ? BlockCodec::Kind::Q8_0Avx2 : BlockCodec::Kind::Q8_0;
  plan.codec = {.kind = kind, .blockSize = 32};
  plan.granularity = Granularity::Group;
  plan.group = 32;
  plan.wholeGroups = true;
  plan.scaleBits = 16;
  return plan;
}

/// The AVX2 code is for activations at run time; what it makes of NaN was not compared with it.
RunPlan runPlan(const Settings& settings) {
  RunPlan plan = ggml::q8Plan();
  if (isAvx2(settings))
    plan.encode = [codec = codecPlan(settings).codec](const RunInput& run, const RunCodes& out) {
      out.stored[0].scale = quantizeBlock(codec, run.values, out.codes).scale;
      ggml::packQ8_0(out.stored[0].scale, out.codes, out.packed);
    };
  return plan;
}

SchemeText text() {
  return {.definition =
              "Blocks of 32 in a row; `d` = largest magnitude / 127; code = `round half away(x * (1 / d))`; `d` is "
              "stored as binary16; restored = code * d. The AVX2 code multiplies by `127 / a` and rounds ties to even.",
          .stored = "A binary16 scale and 32 codes of 8 bits: 34 bytes for 32 weights, 8.5 bits.",
          .quirks = {"Codes come from the float32 scale, values from the rounded one.",
                     "A NaN is forgotten with the value that follows it, and becomes code 0."},
          .advice = "Practically lossless; what llama.cpp falls back to, and what activations become at run time."};
}

SchemeInfo q8Info() {
  SchemeInfo info = ggml::infoOf("q8_0", "Q8_0 (GGUF)", "quantize_row_q8_0_ref", text());
  info.reference += "; path avx2: src/ggml-cpu/arch/x86/quants.c quantize_row_q8_0, for activations at run time";
  info.calibration = CalibrationUse::None;
  info.parameters.push_back(choiceKnob("path", "Path",
                                       "Ties go away from zero in the reference, to even in the AVX2 code.",
                                       {{"reference", "Reference"}, {"avx2", "AVX2"}}, "reference"));
  return info;
}

}  // namespace

const Scheme& q8_0_entry() {
  static const ggml::FastScheme scheme(
      q8Info(),
      {.codec = codecPlan, .plan = runPlan, .pack = ggml::packQ8_0, .isCodec = [](const Settings&) { return true; }});
  return scheme;
}

}  // namespace ulpscope
