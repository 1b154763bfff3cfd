// SPDX-License-Identifier: Apache-2.0
//
// IQ4_XS: d high(u16) low[4] nibbles[128]. Values are (d * (s - 32)) * table, s of six bits for 32 values each: the
// lower four in `low`, the upper two in `high`. The codes are made with d as it is before it becomes binary16.
#include <algorithm>
#include <array>

#include "core/quantization/ggml_k_blocks.h"
#include "core/quantization/ggml_numbers.h"
#include "core/quantization/ggml_table_blocks.h"

namespace ulpscope {
namespace {

constexpr std::size_t kPart = 32;
constexpr std::size_t kParts = ggml::kBlock / kPart;
constexpr int kHalf = 32;

void putScales(std::span<const int, kParts> shifted, std::byte* packed) {
  unsigned high = 0;
  for (std::size_t p = 0; p < kParts; ++p) high |= static_cast<unsigned>(shifted[p] >> 4) << 2 * p;
  ggml::putWord(static_cast<std::uint16_t>(high), packed);
  for (std::size_t p = 0; p < kParts; p += 2)
    packed[2 + p / 2] = static_cast<std::byte>((shifted[p] & 15) | (shifted[p + 1] & 15) << 4);
}

void encode(const RunInput& run, const RunCodes& out) {
  std::array<float, ggml::kBlock> weights;
  ggml::weighTable(run, weights);
  std::array<float, kParts> scales;
  for (std::size_t p = 0; p < kParts; ++p)
    scales[p] = ggml::searchTableScale(run.values.subspan(p * kPart, kPart),
                                       std::span<const float>(weights).subspan(p * kPart, kPart));
  const float d = -ggml::mainValue(scales) / static_cast<float>(kHalf);
  const float factor = d != 0 ? 1 / d : 0.0f;
  const std::uint16_t stored = ggml::halfCode(d);
  std::array<int, kParts> shifted;
  for (std::size_t p = 0; p < kParts; ++p) {
    const int code = std::clamp(ggml::nearestInt(factor * scales[p]), -kHalf, kHalf - 1);
    const float scale = d * static_cast<float>(code);
    ggml::tableCodes(scale != 0 ? 1 / scale : 0.0f, run.values.subspan(p * kPart, kPart),
                     out.codes.subspan(p * kPart, kPart));
    out.stored[p].scale = ggml::halfValue(stored) * static_cast<float>(code);
    shifted[p] = code + kHalf;
  }
  std::byte* const packed = out.packed.data();
  ggml::putWord(stored, packed);
  putScales(shifted, packed + 2);
  ggml::putNibbles(out.codes, 16, packed + 8);
}

SchemeText text() {
  return {.definition =
              "Blocks of 256 in a row, in 8 parts of 32, each with a scale searched as in IQ4_NL. The scale of largest "
              "magnitude becomes -32, the others integers `s` of 6 bits in units of `d`; codes name the value of "
              "format iq4_nl nearest to `x * (1 / (d * s))`; `d` is stored as binary16; restored = (d * s) * value. "
              "With an importance the weights are those of IQ4_NL.",
          .stored = "Codes of 4 bits, 8 scales of 6 bits and a binary16 number: 136 bytes for 256 weights, 4.25 bits.",
          .quirks = {"The table has no zero: zeros are restored as the part's scale.",
                     "Codes come from the float32 `d`, values from the rounded one."},
          .advice = "A little smaller than Q4_K with about its error; slower on some CPUs."};
}

}  // namespace

const Scheme& iq4_xs_entry() {
  static const RunScheme scheme(
      ggml::infoOf("iq4_xs", "IQ4_XS (GGUF)", "quantize_iq4_xs", text()), [](const Settings&) {
        RunPlan plan = ggml::planOf({.values = ggml::kBlock,
                                     .part = kPart,
                                     .bytes = 136,
                                     .codeBits = 4,
                                     .scaleNote = "of 32 values: an integer of six bits times the block's binary16 d"},
                                    encode);
        plan.decode = ggml::decodeTable;
        return plan;
      });
  return scheme;
}

}  // namespace ulpscope
