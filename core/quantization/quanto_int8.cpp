// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "core/quantization/run_scheme.h"

namespace ulpscope {
namespace {

/// scale = max |x| / 127 of a row; code = clamp(rne(x / scale), -128, 127); y = scale * code. A row of zeros has scale
/// 0, and 0 / 0 becomes code 0, as NaN does.
RunPlan plan(const Settings&) {
  RunPlan plan;
  plan.granularity = Granularity::Row;
  plan.signedCodes = true;
  plan.encode = [](const RunInput& run, const RunCodes& out) {
    float largest = 0;
    for (const float x : run.values) {
      if (!(std::fabs(x) <= largest)) largest = std::fabs(x);
      if (std::isnan(x)) break;
    }
    const float scale = out.stored[0].scale = largest / 127.0F;
    std::ranges::transform(run.values, out.codes.begin(), [&](float x) {
      const float code = std::clamp(std::nearbyint(x / scale), -128.0F, 127.0F);
      return static_cast<std::uint8_t>(std::isnan(code) ? 0 : static_cast<int>(code));
    });
  };
  plan.decode = [](std::span<const std::uint8_t> codes, const StoredScale& stored, std::span<float> values) {
    std::ranges::transform(codes, values.begin(), [&](std::uint8_t code) {
      return stored.scale * static_cast<float>(static_cast<std::int8_t>(code));
    });
  };
  plan.scaleNote = "largest magnitude / 127";
  return plan;
}

}  // namespace

const Scheme& quanto_int8_entry() {
  static const RunScheme scheme(
      {.id = "quanto_int8",
       .title = "INT8 (optimum-quanto)",
       .family = "optimum-quanto",
       .reference = "optimum-quanto 0.2.7 tensor/optimizers/absmax_optimizer.py AbsmaxOptimizer and "
                    "library/quantize.py quantize_symmetric, qint8, axis 0",
       .parameters = {},
       .text = {.definition =
                    "scale = largest magnitude of a row / 127; code = `clamp(round half even(x / scale), -128, 127)`; "
                    "restored = scale * code.",
                .stored = "A code of 8 bits for each weight and a float32 scale for each row: 8 + 32 / columns.",
                .quirks = {"A row of zeros has scale 0; 0 / 0 becomes code 0."},
                .advice = "INT8 weights in diffusers and transformers; the same error as other INT8 by row."}},
      plan);
  return scheme;
}

}  // namespace ulpscope
