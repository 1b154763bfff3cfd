// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/block_scheme.h"

namespace ulpscope {
namespace {

/// `bits` bits leave 2^(bits - 1) magnitudes on the negative side, h. /max uses -(h - 1)..h - 1 and reaches the largest
/// magnitude exactly; /half_range spreads 2 h codes evenly and clips the positive end to (h - 1) / (h - 0.5) of it;
/// /power clips it to (h - 1) / h.
BlockPlan plan(const Settings& settings) {
  const int bits = static_cast<int>(integerSetting(settings, "bits"));
  const int half = 1 << (bits - 1);
  const std::string& divisor = settings.find("divisor")->second;
  BlockPlan plan;
  plan.codec = {.kind = BlockCodec::Kind::Absmax,
                .blockSize = 1,
                .divisor = static_cast<float>(half - 1),
                .low = -half,
                .high = half - 1};
  if (divisor == "max") plan.codec.low = -(half - 1);
  if (divisor == "half_range") plan.codec.divisor = static_cast<float>(half) - 0.5f;
  if (divisor == "power") plan.codec.divisor = static_cast<float>(half);
  plan.granularity = granularitySetting(settings);
  plan.group = static_cast<std::uint64_t>(integerSetting(settings, "group"));
  plan.codeBits = bits;
  return plan;
}

}  // namespace

const Scheme& int_symmetric_entry() {
  static const BlockScheme scheme(
      {.id = "int_symmetric",
       .title = "Symmetric integer",
       .family = "Integer",
       .reference = "absmax quantization as defined in core/quantization/block_codec.h; float32 scales",
       .parameters = {bitsKnob(), granularityKnob("row"), groupKnob(128),
                      choiceKnob("divisor", "Divisor", "What the largest magnitude is divided by to give the scale.",
                                 {{"max", "Largest code (127)"},
                                  {"half_range", "Half the range (127.5, compressed-tensors)"},
                                  {"power", "Power of two (128, EETQ)"}},
                                 "max")},
       .text = {.definition = "With `a` the largest magnitude of a block and `d` the divisor, code = `clamp(rne(x * (d "
                              "/ a)), low, high)` with ties to even; scale = `a / d`; restored = code * scale. `d` is "
                              "the largest code (2^(b-1) - 1, range symmetric), half the range (2^(b-1) - 1/2), or "
                              "2^(b-1); the latter two use the most negative code as well.",
                .stored =
                    "A code of `bits` bits for each weight and a float32 scale for each block: bits + 32 / block.",
                .quirks = {"Divisors above the largest code clip the largest positive value of a block."},
                .advice = "To compare widths, granularities and the three divisors that libraries use (127, 127.5, "
                          "128) on the same tensor."}},
      plan);
  return scheme;
}

}  // namespace ulpscope
