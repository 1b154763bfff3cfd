// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/fbgemm_fused.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/formats/codec.h"
#include "core/formats/number_format.h"
#include "core/quantization/fbgemm_rows.h"

namespace ulpscope {
namespace {

float binary16(float x) {
  static const FloatSpec& spec = *findFormat("float16")->floatSpec();
  return roundFloat(spec, x, Rounding::NearestEven, Overflow::Format);
}

void encode(int largest, const RunInput& run, const RunCodes& out) {
  const RowRange range = rangeInLanes(run.values, std::numeric_limits<float>::max(), true);
  const float min = binary16(range.min);
  const float width = range.max - min;
  float scale = binary16(width == 0 ? 1 : width / static_cast<float>(largest));
  if (scale == 0 || std::isinf(1 / scale)) scale = 1;
  const float factor = 1 / scale;
  out.stored[0] = {.scale = scale, .offset = min};
  std::transform(run.values.begin(), run.values.end(), out.codes.begin(), [&](float x) {
    return static_cast<std::uint8_t>(std::clamp(roundToInt32((x - min) * factor), 0, largest));
  });
}

RunPlan planOf(int bits) {
  RunPlan plan;
  plan.granularity = Granularity::Row;
  plan.group = static_cast<std::uint64_t>(8 / bits);  // codes of a byte
  plan.wholeGroups = true;
  plan.codeBits = bits;
  plan.hasOffsets = true;
  plan.scaleBits = 16 + 16;
  plan.encode = [largest = (1 << bits) - 1](const RunInput& run, const RunCodes& out) { encode(largest, run, out); };
  plan.decode = [](std::span<const std::uint8_t> codes, const StoredScale& stored, std::span<float> values) {
    std::transform(codes.begin(), codes.end(), values.begin(),
                   [&](std::uint8_t code) { return stored.scale * static_cast<float>(code) + stored.offset; });
  };
  plan.scaleNote = fmt::format("binary16 of range / {}", (1 << bits) - 1);
  return plan;
}

}  // namespace

RunScheme makeFusedBitsScheme(int bits) {
  return RunScheme(
      {.id = fmt::format("fbgemm_fused{}", bits),
       .title = fmt::format("FBGEMM fused {}-bit", bits),
       .family = "FBGEMM",
       .reference = "FBGEMM of PyTorch 2.15.0, FloatOrHalfToFusedNBitRowwiseQuantizedSBHalf with AVX2",
       .parameters = {},
       .text = {.definition =
                    fmt::format("The minimum of a row is rounded to binary16; the scale is binary16 of (maximum - "
                                "minimum) / {}; code = "
                                "clamp(rne((x - minimum) * (1 / scale)), 0, {}); restored = code * scale + minimum.",
                                (1 << bits) - 1, (1 << bits) - 1),
                .stored =
                    fmt::format("A code of {} bits for each weight, and a binary16 scale and minimum at the end of "
                                "each row: {} + 32 / columns.",
                                bits, bits),
                .quirks = {"A minimum that binary16 rounds up leaves the lowest weights clipped.",
                           "A scale that is zero in binary16, or whose reciprocal is infinite, becomes 1.",
                           fmt::format("Rows of a multiple of {} values alone.", 8 / bits)},
                .advice =
                    "Embedding tables, a row of which is looked up and added as it is stored. Linear layers lose much "
                    "with one scale for a row of so few bits."}},
      [bits](const Settings&) { return planOf(bits); });
}

}  // namespace ulpscope
