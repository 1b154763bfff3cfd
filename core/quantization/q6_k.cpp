// SPDX-License-Identifier: Apache-2.0
//
// Q6_K: low[128] high[64] scales[16] d. Values are (d * s) * (q - 32), s a signed byte for 16 values each; `high` has
// the upper two bits of the codes.
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/backend/backend.h"
#include "core/quantization/ggml_k_blocks.h"
#include "core/quantization/ggml_numbers.h"

namespace ulpscope {
namespace {

constexpr std::size_t kPart = 16;
constexpr std::size_t kParts = ggml::kBlock / kPart;
constexpr int kHalf = 32;
constexpr std::size_t kBlocksAtOnce = 4;

/// The codes of the search are made anew, except where a scale is 0.
void encodeBlock(const RunInput& run, std::span<const float, kParts> scales, const RunCodes& out) {
  const float main = ggml::mainValue(scales);
  if (std::fabs(main) < ggml::kNothing) {  // all of the block is zero bytes
    std::ranges::fill(out.codes, std::uint8_t{0});
    std::ranges::fill(out.packed, std::byte{0});
    return;
  }
  const float factor = -128 / main;
  const std::uint16_t d = ggml::halfCode(1 / factor);
  std::byte* const packed = out.packed.data();
  for (std::size_t p = 0; p < kParts; ++p) {
    const int code = ggml::signedByte(std::min(127, ggml::nearestInt(factor * scales[p])));
    const float scale = ggml::halfValue(d) * static_cast<float>(code);
    ggml::codeAnew(kHalf, scale, run.values.subspan(p * kPart, kPart), out.codes.subspan(p * kPart, kPart));
    out.stored[p].scale = scale;
    packed[192 + p] = static_cast<std::byte>(ggml::lowByte(code));
  }
  ggml::putNibbles(out.codes, 64, packed);
  ggml::putPairs(out.codes, 4, packed + 128);
  ggml::putWord(d, packed + 208);
}

/// Consecutive blocks, searched together. Weights are the importance itself, or the squares of the values.
Result<> encodeBlocks(const Backend& backend, std::span<const RunInput> runs, std::span<const RunCodes> out) {
  const std::span<const float> values(runs.front().values.data(), runs.size() * ggml::kBlock);
  const std::span<std::uint8_t> codes(out.front().codes.data(), values.size());
  std::array<float, kBlocksAtOnce*(ggml::kBlock + kParts)> few;
  std::vector<float> many(runs.size() > kBlocksAtOnce ? runs.size() * (ggml::kBlock + kParts) : 0);
  const std::span<float> numbers = many.empty() ? std::span<float>(few) : std::span<float>(many);
  const std::span<float> weights = numbers.first(values.size());
  const std::span<float> scales = numbers.subspan(values.size(), runs.size() * kParts);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto begin = weights.begin() + static_cast<std::ptrdiff_t>(i * ggml::kBlock);
    if (runs[i].importance.empty())
      std::ranges::transform(runs[i].values, begin, [](float value) { return value * value; });
    else
      std::ranges::copy(runs[i].importance, begin);
  }
  if (auto done = backend.searchScales({.half = kHalf, .size = kPart}, values, weights, scales, codes); !done)
    return done;
  for (std::size_t i = 0; i < runs.size(); ++i)
    encodeBlock(runs[i], std::span<const float, kParts>(scales.data() + i * kParts, kParts), out[i]);
  return {};
}

SchemeText text() {
  return {
      .definition =
          "Blocks of 256 in a row, in 16 parts of 16; the scale of a part is the one of 19 around `m / -32`, `m` the "
          "value of largest magnitude, that leaves the smallest error weighted by `x^2`. The scale of largest "
          "magnitude becomes -128, the others signed bytes `s` in units of the binary16 `d`, and the codes are made "
          "anew: `clamp(rne(x / (d * s)), -32, 31)`; restored = (d * s) * code. With an importance `w` the weights are "
          "`w` itself.",
      .stored = "Codes of 6 bits, 16 bytes of scales and a binary16 number: 210 bytes for 256 weights, 6.5625 bits.",
      .quirks = {"Codes are stored with 32 added.",
                 "A block whose scales are all below 1e-15 is stored as zero bytes."},
      .advice = "Nearly as good as Q8_0; what Q4_K_M keeps its most sensitive tensors in."};
}

}  // namespace

const Scheme& q6_k_entry() {
  static const RunScheme scheme(
      ggml::infoOf("q6_k", "Q6_K (GGUF)", "quantize_row_q6_K_ref and quantize_row_q6_K_impl", text()),
      [](const Settings&) {
        RunPlan plan = ggml::planOf({.values = ggml::kBlock,
                                     .part = kPart,
                                     .bytes = 210,
                                     .codeBits = 6,
                                     .bias = kHalf,
                                     .scaleNote = "of 16 values: a signed byte times the block's binary16 d"},
                                    {});
        plan.runsAtOnce = kBlocksAtOnce;
        plan.encodeMany = encodeBlocks;
        return plan;
      });
  return scheme;
}

}  // namespace ulpscope
