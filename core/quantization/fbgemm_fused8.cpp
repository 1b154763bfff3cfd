// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/quantization/fbgemm_rows.h"
#include "core/quantization/run_scheme.h"

namespace ulpscope {
namespace {

void encode(const RunInput& run, const RunCodes& out) {
  const RowRange range = rangeInLanes(run.values, std::numeric_limits<float>::max(), true);
  const float width = range.max - range.min;
  const float factor = 255 / (width + 1e-8F);
  out.stored[0] = {.scale = width / 255, .offset = range.min};
  std::transform(run.values.begin(), run.values.end(), out.codes.begin(), [&](float x) {
    return static_cast<std::uint8_t>(static_cast<std::uint32_t>(roundToInt32((x - range.min) * factor)));
  });
}

RunPlan plan(const Settings&) {
  RunPlan plan;
  plan.granularity = Granularity::Row;
  plan.hasOffsets = true;
  plan.scaleBits = 32 + 32;
  plan.encode = encode;
  plan.decode = [](std::span<const std::uint8_t> codes, const StoredScale& stored, std::span<float> values) {
    std::transform(codes.begin(), codes.end(), values.begin(),
                   [&](std::uint8_t code) { return std::fma(static_cast<float>(code), stored.scale, stored.offset); });
  };
  plan.scaleNote = "range / 255";
  return plan;
}

}  // namespace

const Scheme& fbgemm_fused8_entry() {
  static const RunScheme scheme(
      {.id = "fbgemm_fused8",
       .title = "FBGEMM fused 8-bit",
       .family = "FBGEMM",
       .reference = "FBGEMM of PyTorch 2.15.0, FloatOrHalfToFused8BitRowwiseQuantizedSBFloat with AVX2 and FMA "
                    "(torch.ops.quantized.embedding_bag_byte_prepack and _unpack)",
       .parameters = {},
       .text =
           {.definition =
                "With the minimum and the range of a row, code = rne((x - minimum) * (255 / (range + 1e-8))); "
                "the stored scale is range / 255, and restored = fma(code, scale, minimum).",
            .stored = "A code of 8 bits for each weight, and a float32 scale and minimum at the end of each row: 8 + "
                      "64 / columns.",
            .quirks = {"Values are scaled by another number than the stored scale: 1e-8 is added to the range, so that "
                       "rows with a range near 1e-8 use a part of the codes alone.",
                       "Restored values come of a fused multiply-add, rounded once.",
                       "A NaN makes its lane of eight forget the range found before it, and becomes code 0."},
            .advice = "Embedding tables, a row of which is looked up and added as it is stored."}},
      plan);
  return scheme;
}

}  // namespace ulpscope
