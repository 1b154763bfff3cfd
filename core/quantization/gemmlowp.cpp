// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "core/formats/affine_codes.h"
#include "core/quantization/run_scheme.h"

namespace ulpscope {
namespace {

constexpr float kLargestCode = 255;

void encodeNudged(const RunInput& run, const RunCodes& out) {
  const AffineScale scale = affineScale(affineRange(run.values));
  out.stored[0] = {.scale = scale.scale, .zeroPoint = scale.zeroPoint};
  std::transform(run.values.begin(), run.values.end(), out.codes.begin(),
                 [&](float x) { return encodeAffine(scale, x); });
}

/// With the zero point as it comes: code 0 is the minimum itself, and zero is no code.
void encodeAsGiven(const RunInput& run, const RunCodes& out) {
  const AffineRange range = affineRange(run.values);
  const float width = range.max - range.min;
  const float scale = width == 0 ? 1 : width / kLargestCode;
  out.stored[0] = {.scale = scale, .offset = range.min};
  std::transform(run.values.begin(), run.values.end(), out.codes.begin(),
                 [&](float x) { return affineCode((x - range.min) / scale); });
}

/// TensorFlow Lite's weights: INT8 within +-127, zero point 0.
void encodeSymmetric(const RunInput& run, const RunCodes& out) {
  const AffineRange range = affineRange(run.values);
  const float scale = std::max(std::fabs(range.min), std::fabs(range.max)) / 127;
  const float factor = scale == 0 ? 0 : 1 / scale;
  out.stored[0].scale = scale;
  std::transform(run.values.begin(), run.values.end(), out.codes.begin(), [&](float x) {
    const float y = std::round(x * factor);
    const float code = std::isnan(y) ? -127.0F : std::clamp(y, -127.0F, 127.0F);
    return static_cast<std::uint8_t>(static_cast<int>(code));
  });
}

RunPlan symmetricPlan() {
  RunPlan plan;
  plan.granularity = Granularity::Row;
  plan.signedCodes = true;
  plan.encode = encodeSymmetric;
  plan.decode = [](std::span<const std::uint8_t> codes, const StoredScale& stored, std::span<float> values) {
    std::transform(codes.begin(), codes.end(), values.begin(), [&](std::uint8_t code) {
      return static_cast<float>(static_cast<std::int8_t>(code)) * stored.scale;
    });
  };
  plan.isUsed = [](int code) { return code >= -127; };
  plan.scaleNote = "largest magnitude / 127";
  return plan;
}

RunPlan plan(const Settings& settings) {
  if (choiceSetting(settings, "convention") == "tflite_weights") return symmetricPlan();
  RunPlan plan;
  plan.granularity = Granularity::Tensor;
  plan.scaleNote = "range / 255";
  if (choiceSetting(settings, "nudge") == "yes") {
    plan.hasZeroPoints = true;
    plan.scaleBits = 32 + 8;
    plan.encode = encodeNudged;
    plan.decode = [](std::span<const std::uint8_t> codes, const StoredScale& stored, std::span<float> values) {
      std::transform(codes.begin(), codes.end(), values.begin(),
                     [&](std::uint8_t code) { return stored.scale * static_cast<float>(code - stored.zeroPoint); });
    };
    return plan;
  }
  plan.hasOffsets = true;
  plan.scaleBits = 32 + 32;
  plan.encode = encodeAsGiven;
  plan.decode = [](std::span<const std::uint8_t> codes, const StoredScale& stored, std::span<float> values) {
    std::transform(codes.begin(), codes.end(), values.begin(),
                   [&](std::uint8_t code) { return stored.scale * static_cast<float>(code) + stored.offset; });
  };
  return plan;
}

}  // namespace

const Scheme& gemmlowp_entry() {
  static const RunScheme scheme(
      {.id = "gemmlowp",
       .title = "gemmlowp affine",
       .family = "TensorFlow Lite",
       .reference =
           "gemmlowp doc/quantization_example.cc ChooseQuantizationParams, Quantize and Dequantize; TensorFlow Lite "
           "tools/optimize/quantization_utils.cc SymmetricPerChannelQuantization for weights",
       .parameters = {choiceKnob("convention", "Convention", "Whose codes.",
                                 {{"gemmlowp", "gemmlowp: uint8, one scale"},
                                  {"tflite_weights", "TensorFlow Lite weights: int8, symmetric, each row"}},
                                 "gemmlowp"),
                      choiceKnob("nudge", "Nudge",
                                 "Whether the zero point is rounded, so that zero is a code; of gemmlowp's convention.",
                                 {{"yes", "Zero is a code"}, {"no", "Range as given"}}, "yes")},
       .text = {.definition =
                    "The range of the tensor is widened to hold 0; scale = range / 255; the zero point `-min / "
                    "scale` is rounded half away from zero and clamped to 0..255; code = round(clamp(zero point "
                    "+ x / scale, 0, 255)); restored = scale * (code - zero point).",
                .stored =
                    "A code of 8 bits for each weight, and a float32 scale and a zero point of 8 bits for the tensor.",
                .quirks = {"The zero point is added before rounding, in float32, so that ties depend on it.",
                           "A tensor of zeros has the scale 0 and codes 255.",
                           "A NaN is left out of the range unless it is the first value, and becomes code 255."},
                .advice =
                    "The arithmetic of gemmlowp and of TensorFlow Lite's first quantized models. One outlier takes the "
                    "precision of the whole tensor; per-row schemes do better."}},
      plan);
  return scheme;
}

}  // namespace ulpscope
