// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/compressed_int.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace ulpscope {
namespace {

struct CodeRange {
  float low, high;
};

/// Conversion to int8 of a number within it, or of NaN.
std::int32_t toInteger(float value) { return std::isnan(value) ? 0 : static_cast<std::int32_t>(value); }

/// With zero among them; both NaN where a value is.
std::pair<float, float> rangeOf(std::span<const float> values) {
  float lo = 0, hi = 0;
  for (const float x : values) {
    if (std::isnan(x)) return {x, x};
    lo = std::min(lo, x);
    hi = std::max(hi, x);
  }
  return {lo, hi};
}

/// std::clamp of NaN is NaN.
StoredScale scaleOf(const CodeRange& range, bool isSymmetric, std::span<const float> values) {
  const auto [lo, hi] = rangeOf(values);
  StoredScale stored;
  if (isSymmetric) {
    stored.scale = std::max(std::fabs(lo), std::fabs(hi)) / ((range.high - range.low) / 2);
    if (std::isnan(lo)) stored.scale = lo;
  } else {
    stored.scale = (hi - lo) / (range.high - range.low);
    const float zero = std::clamp(range.low - lo / stored.scale, range.low, range.high);
    stored.zeroPoint = toInteger(std::nearbyint(zero));
  }
  if (stored.scale == 0) stored.scale = std::numeric_limits<float>::epsilon();
  return stored;
}

}  // namespace

RunPlan compressedIntPlan(int bits, const Settings& settings) {
  const auto half = static_cast<float>(1 << (bits - 1));
  const CodeRange range{-half, half - 1};
  const bool isSymmetric = choiceSetting(settings, "symmetric") == "yes";
  RunPlan plan;
  plan.granularity = granularitySetting(settings);
  plan.group = static_cast<std::uint64_t>(integerSetting(settings, "group"));
  plan.wholeGroups = plan.granularity == Granularity::Group;
  plan.codeBits = bits;
  plan.signedCodes = true;
  plan.hasZeroPoints = !isSymmetric;
  plan.scaleBits = isSymmetric ? 32 : 32 + bits;
  plan.encode = [range, isSymmetric](const RunInput& run, const RunCodes& out) {
    const StoredScale stored = out.stored[0] = scaleOf(range, isSymmetric, run.values);
    const auto zero = static_cast<float>(stored.zeroPoint);
    std::ranges::transform(run.values, out.codes.begin(), [&](float x) {
      const float scaled = std::clamp(x / stored.scale + zero, range.low, range.high);
      return static_cast<std::uint8_t>(toInteger(std::nearbyint(scaled)));
    });
  };
  plan.decode = [](std::span<const std::uint8_t> codes, const StoredScale& stored, std::span<float> values) {
    const auto zero = static_cast<float>(stored.zeroPoint);
    std::ranges::transform(codes, values.begin(), [&](std::uint8_t code) {
      return (static_cast<float>(static_cast<std::int8_t>(code)) - zero) * stored.scale;
    });
  };
  plan.scaleNote =
      isSymmetric ? "largest magnitude over half the range of codes" : "range of values over that of codes";
  return plan;
}

SchemeText compressedIntText(int bits) {
  const int half = 1 << (bits - 1);
  return {
      .definition = fmt::format(
          "Symmetric: scale = largest magnitude / {0}.5, zero = 0. Asymmetric: scale = (max - min) / {1} with 0 in the "
          "range, zero = `round half even(clamp(-{2} - min / scale, -{2}, {0}))`. code = `round half even(clamp(x / "
          "scale "
          "+ zero, -{2}, {0}))`; restored = (code - zero) * scale. A scale of 0 becomes 2^-23.",
          half - 1, 2 * half - 1, half),
      .stored = bits == 8
                    ? "A code of 8 bits for each weight and a float32 scale for each row, with a zero point of 8 bits "
                      "if asymmetric: 8 + 32 / columns."
                    : "A code of 4 bits for each weight and a float32 scale for each group, with a zero point of 4 "
                      "bits if asymmetric: 4 + 32 / 128 = 4.25.",
      .quirks = {fmt::format(
                     "The largest magnitude is divided by {0}.5, half the range: if it is positive it comes back "
                     "as {0} / {0}.5 of itself.",
                     half - 1),
                 "The zero point is added before the rounding, so ties fall by its parity."},
      .advice = bits == 8
                    ? "INT8 for vLLM (W8A8, W8A16)."
                    : "INT4 for vLLM (W4A16) without calibration; GPTQ and AWQ fill the same format with less error."};
}

std::vector<Parameter> compressedIntKnobs(std::string granularity) {
  return {choiceKnob("symmetric", "Symmetric", "Whether zero is code 0, or a zero point is stored for each scale.",
                     {{"yes", "Yes"}, {"no", "No"}}, "yes"),
          choiceKnob("granularity", "Granularity", "Which values share a scale.",
                     {{"tensor", "Whole tensor"}, {"row", "Each row (channel)"}, {"group", "Groups in a row"}},
                     std::move(granularity)),
          wholeGroupKnob("128")};
}

}  // namespace ulpscope
