// SPDX-License-Identifier: Apache-2.0
//
// Q3_K: high[32] codes[64] scales[12] d. Values are (d * (s - 32)) * (q - 4), s of six bits for 16 values each; `high`
// has the third bits of the codes.
#include <algorithm>
#include <array>
#include <numeric>

#include "core/quantization/ggml_k_blocks.h"
#include "core/quantization/ggml_numbers.h"

namespace ulpscope {
namespace {

constexpr std::size_t kPart = 16;
constexpr std::size_t kParts = ggml::kBlock / kPart;
constexpr int kHalf = 4;
constexpr int kScaleHalf = 32;

struct Scales {
  std::array<std::uint8_t, kParts> codes;  ///< s
  float unit;
};

Scales withoutImportance(const RunInput& run, std::span<std::uint8_t> codes) {
  std::array<float, kParts> scales;
  for (std::size_t p = 0; p < kParts; ++p)
    scales[p] = ggml::refineScale(kHalf, run.values.subspan(p * kPart, kPart), codes.data() + p * kPart);
  Scales result{};
  const float main = ggml::mainValue(scales);
  if (main == 0) return result;
  const float factor = -static_cast<float>(kScaleHalf) / main;
  for (std::size_t p = 0; p < kParts; ++p) {
    const int code = ggml::signedByte(ggml::nearestInt(factor * scales[p]));
    result.codes[p] = static_cast<std::uint8_t>(std::clamp(code, -kScaleHalf, kScaleHalf - 1) + kScaleHalf);
  }
  result.unit = 1 / factor;
  return result;
}

Scales withImportance(const RunInput& run, std::span<std::uint8_t> codes) {
  std::array<float, kParts> scales;
  std::array<float, kParts> sums;
  std::array<float, kPart> weights;
  const float sigma2 = 2 * ggml::sumOfSquares(run.values) / static_cast<float>(ggml::kBlock);
  for (std::size_t p = 0; p < kParts; ++p) {
    const auto x = run.values.subspan(p * kPart, kPart);
    ggml::weigh(x, run.importance.subspan(p * kPart, kPart), sigma2, weights);
    sums[p] = std::accumulate(weights.begin(), weights.end(), 0.0f);
    scales[p] = ggml::searchScale(kHalf, x, weights, codes.data() + p * kPart);
  }
  Scales result{};
  result.unit = ggml::searchScale(kScaleHalf, scales, sums, result.codes.data());
  return result;
}

void encode(const RunInput& run, const RunCodes& out) {
  const Scales scales = run.importance.empty() ? withoutImportance(run, out.codes) : withImportance(run, out.codes);
  const std::uint16_t d = ggml::halfCode(scales.unit);
  for (std::size_t p = 0; p < kParts; ++p) {
    const float scale = ggml::halfValue(d) * static_cast<float>(scales.codes[p] - kScaleHalf);
    ggml::codeAnew(kHalf, scale, run.values.subspan(p * kPart, kPart), out.codes.subspan(p * kPart, kPart));
    out.stored[p].scale = scale;
  }
  std::byte* const packed = out.packed.data();
  ggml::putBits(out.codes, 2, packed);
  ggml::putPairs(out.codes, 0, packed + 32);
  ggml::putSixBits(scales.codes, packed + 96);
  ggml::putWord(d, packed + 108);
}

SchemeText text() {
  return {
      .definition =
          "Blocks of 256 in a row, in 16 parts of 16; each part starts from codes `rne(x * (-4 / m))`, `m` the value "
          "of largest magnitude, and improves them one by one, up to five rounds, for the least error weighted by "
          "`x^2`. The scale of largest magnitude becomes -32; the others are integers `s` of 6 bits in units of the "
          "binary16 `d`, and the codes are made anew: `clamp(rne(x / (d * s)), -4, 3)`; restored = (d * s) * code. "
          "With an importance `w` the scales are the best of 19, with weights `w * sqrt(v + x^2)`, `v` twice the mean "
          "square of the block, and so is `d`.",
      .stored = "Codes of 3 bits, 16 scales of 6 bits and a binary16 number: 110 bytes for 256 weights, 3.4375 bits.",
      .quirks = {"Codes are stored with 4 added; a part of zeros stores code 0 with scale 0.",
                 "NaN gives code 0 or spoils its part's scale, as it happens in ggml built without assertions."},
      .advice = "Small memory; with an importance matrix noticeably better."};
}

}  // namespace

const Scheme& q3_k_entry() {
  static const RunScheme scheme(
      ggml::infoOf("q3_k", "Q3_K (GGUF)", "quantize_row_q3_K_ref and quantize_row_q3_K_impl", text()),
      [](const Settings&) {
        return ggml::planOf({.values = ggml::kBlock,
                             .part = kPart,
                             .bytes = 110,
                             .codeBits = 3,
                             .bias = kHalf,
                             .scaleNote = "of 16 values: an integer of six bits times the block's binary16 d"},
                            encode);
      });
  return scheme;
}

}  // namespace ulpscope
