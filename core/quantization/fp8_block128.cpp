// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cmath>
#include <memory>

#include "core/formats/number_format.h"
#include "core/quantization/narrow_codes.h"
#include "core/quantization/run_scheme.h"

namespace ulpscope {
namespace {

constexpr std::uint8_t kNanCode = 0x7F;
constexpr float kLargest = 448;
constexpr float kSmallestMaximum = 1e-4F;
constexpr std::uint32_t kInfinityBits = 0x7F800000;

/// max |x|, NaN left out as maxnum does.
float largestNumber(std::span<const float> values) {
  float largest = 0;
  for (const float x : values) {
    const float magnitude = std::fabs(x);
    largest = magnitude > largest ? magnitude : largest;
  }
  return largest;
}

/// The power of two at or above `scale` by a float32 logarithm.
float ceilByLogarithm(float scale) { return std::exp2(std::ceil(static_cast<float>(std::log2(double{scale})))); }

/// The same by the bits of the scale.
float ceilByBits(float scale) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(scale);
  const std::uint32_t exponent = (bits >> 23) + ((bits & 0x7FFFFF) != 0 ? 1 : 0);
  return std::bit_cast<float>(std::clamp<std::uint32_t>(exponent, 1, 254) << 23);
}

/// Where a tile holds NaN or infinity: quotients that are NaN have the code of NaN.
void markNan(const RunInput& run, const RunCodes& out, float scale) {
  for (std::size_t i = 0; i < run.values.size(); ++i)
    if (std::isnan(run.values[i] / scale)) out.codes[i] = kNanCode;
}

struct Rule {
  bool isDeepGemm;
  bool isPowerOfTwo;
};

void encode(const NarrowFloatCoder& coder, Rule rule, const RunInput& run, const RunCodes& out) {
  const std::uint32_t bits = largestMagnitudeBits(run.values);
  const float found = rule.isDeepGemm ? std::bit_cast<float>(bits) : largestNumber(run.values);
  const float largest = found < kSmallestMaximum ? kSmallestMaximum : found;
  float scale = largest / kLargest;
  if (rule.isPowerOfTwo) scale = rule.isDeepGemm ? ceilByBits(scale) : ceilByLogarithm(scale);
  out.stored[0].scale = scale;
  if (rule.isDeepGemm)
    coder.encode(run.values, 1 / scale, out.codes);
  else
    coder.encodeQuotients(run.values, scale, out.codes);
  if (bits >= kInfinityBits) markNan(run, out, scale);
}

RunPlan plan(const Settings& settings) {
  const auto coder = std::make_shared<const NarrowFloatCoder>(*findFormat("float8_e4m3fn")->floatSpec());
  RunPlan plan;
  plan.granularity = Granularity::Tile;
  plan.group = 128;
  const Rule rule{.isDeepGemm = choiceSetting(settings, "reference") == "deepgemm",
                  .isPowerOfTwo = choiceSetting(settings, "scale") == "ue8m0"};
  plan.scaleBits = rule.isPowerOfTwo ? 8 : 32;
  plan.encode = [coder, rule](const RunInput& run, const RunCodes& out) { encode(*coder, rule, run, out); };
  plan.decode = [coder](std::span<const std::uint8_t> codes, const StoredScale& stored, std::span<float> values) {
    coder->decode(codes, stored.scale, values);
  };
  plan.isUsed = [coder](int code) { return coder->isFinite(code); };
  plan.scaleNote = "largest magnitude, at least 1e-4, / 448";
  return plan;
}

}  // namespace

const Scheme& fp8_block128_entry() {
  static const RunScheme scheme(
      {.id = "fp8_block128",
       .title = "FP8 128 x 128",
       .family = "FP8",
       .reference = "DeepSeek-V3 inference/kernel.py act_quant, over squares as weight_dequant reads them; DeepGEMM "
                    "utils/math.py per_block_cast_to_fp8",
       .parameters = {choiceKnob("reference", "Reference", "Whose arithmetic: one divides, one multiplies.",
                                 {{"deepseek", "DeepSeek-V3 (divides)"}, {"deepgemm", "DeepGEMM (reciprocal)"}},
                                 "deepseek"),
                      choiceKnob("scale", "Scale", "What scales are kept in.",
                                 {{"float32", "float32"}, {"ue8m0", "UE8M0: a power of two, rounded up"}}, "float32")},
       .text =
           {.definition = "Squares of 128 rows and columns, smaller at the right and lower edge; with `a` the largest "
                          "magnitude of a square, at least 1e-4, scale = a / 448, or the power of two at or above it; "
                          "code = nearest E4M3 of `x / scale`, ties to even, saturating; restored = value(code) * "
                          "scale.",
            .stored =
                "A code of 8 bits for each weight and a float32 scale for each square, 8 bits with UE8M0: 8 + 32 / "
                "16384.",
            .quirks = {"Files call the scale `weight_scale_inv`, yet weights are multiplied by it.",
                       "Squares whose largest magnitude is below 1e-4 lose precision.",
                       "A NaN is left out of the largest magnitude in DeepSeek-V3's kernel and spoils the square in "
                       "DeepGEMM; an infinity spoils it in both."},
            .advice = "DeepSeek-V3 and its followers, on Hopper's FP8 engines. An outlier costs the precision of its "
                      "square alone."}},
      plan);
  return scheme;
}

}  // namespace ulpscope
