// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/quantization/fbgemm_rows.h"
#include "core/quantization/run_scheme.h"

namespace ulpscope {
namespace {

FbgemmChoice choiceOf(const Settings& settings) {
  return {.preserveSparsity = choiceSetting(settings, "preserve_sparsity") == "yes",
          .powerOfTwo = choiceSetting(settings, "power_of_two") == "yes",
          .raiseSmall = choiceSetting(settings, "small_scales") == "raised"};
}

RunPlan plan(const Settings& settings) {
  RunPlan plan;
  plan.granularity = choiceSetting(settings, "granularity") == "row" ? Granularity::Row : Granularity::Tensor;
  plan.hasZeroPoints = true;
  plan.scaleBits = 32 + 32;
  plan.encode = [choice = choiceOf(settings)](const RunInput& run, const RunCodes& out) {
    const AffineScale scale = chooseFbgemmScale(rangeInLanes(run.values, run.values[0], false), choice);
    out.stored[0] = {.scale = scale.scale, .zeroPoint = scale.zeroPoint};
    encodeFbgemm(run.values, scale, choice, out.codes);
  };
  plan.decode = [](std::span<const std::uint8_t> codes, const StoredScale& stored, std::span<float> values) {
    std::transform(codes.begin(), codes.end(), values.begin(), [&](std::uint8_t code) {
      return stored.scale * static_cast<float>(std::int64_t{code} - stored.zeroPoint);
    });
  };
  plan.scaleNote = "range with 0 / 255";
  return plan;
}

Parameter yesNoKnob(std::string id, std::string title, std::string help) {
  return choiceKnob(std::move(id), std::move(title), std::move(help), {{"no", "No"}, {"yes", "Yes"}}, "no");
}

}  // namespace

const Scheme& fbgemm_rowwise_entry() {
  static const RunScheme scheme(
      {.id = "fbgemm_rowwise",
       .title = "FBGEMM by row",
       .family = "FBGEMM",
       .reference =
           "FBGEMM of PyTorch 2.15.0, src/QuantUtils.cc ChooseQuantizationParams, QuantUtilsAvx2 FindMinMax and "
           "QuantizeAvx2 for uint8, codes 0 to 255",
       .parameters = {choiceKnob("granularity", "Granularity", "Which values share a scale.",
                                 {{"row", "Each row"}, {"tensor", "Whole tensor"}}, "row"),
                      yesNoKnob("preserve_sparsity", "Symmetric", "Whether zero is the middle of the codes."),
                      yesNoKnob("power_of_two", "Power of two", "Whether scales are powers of two."),
                      choiceKnob("small_scales", "Small scales", "What becomes of scales below 6.1e-5.",
                                 {{"raised", "Raised to 6.1e-5"}, {"kept", "Kept"}}, "raised")},
       .text =
           {.definition = "The range of a row, widened to hold 0, over 255 is the scale, computed in double and kept "
                          "in float32; the zero point is rounded from the end of the range with the smaller terms; "
                          "code = clamp(zero point + rne(x * (1 / scale)), 0, 255); restored = scale * (code - zero "
                          "point).",
            .stored = "A code of 8 bits for each weight, a float32 scale and an int32 zero point for each row: 8 + 64 "
                      "/ columns.",
            .quirks = {"Scales below 6.1e-5 are raised to it: rows whose range is below 0.0156 lose precision.",
                       "A range of zero, and one whose reciprocal is infinite, gets the scale 0.1.",
                       "Values are multiplied by the reciprocal of the scale: 0.273939937 at the scale 0.00214854861 "
                       "is the tie 127.5, where a division gives 127.499992.",
                       "A NaN makes its lane of eight forget the range found before it, and becomes code 255."},
            .advice = "What PyTorch's fbgemm engine and its quantized linear layers make of weights and activations. "
                      "Watch the raised scales in small weights."}},
      plan);
  return scheme;
}

}  // namespace ulpscope
