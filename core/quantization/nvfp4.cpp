// SPDX-License-Identifier: Apache-2.0
// NVFP4: blocks of 16 along the rows, elements E2M1, a scale of E4M3 for each and one of float32 for the tensor.
// a is the largest magnitude of a block, A that of the tensor; both are NaN where they look at one. All is float32, one
// rounded operation a sign; e4m3() rounds to nearest even, elements too.
// - modelopt: t = A / 2688; s = e4m3(clamp(a / (6 * t), 2^-9, 448)), of 1 where the quotient is 0; element x / (s * t);
//   restored = element * (s * t). There is no negative zero among the values.
// - compressed-tensors: g = 1 / max(A, 2^-126) * 2688, or 1 where that is not finite; s = e4m3(min(g * (a / 6), 448)),
// or
//   1/8 where that is 0; element x / (s / g); restored = element * (s / g).
// - torchao: t = A / 2688; s = e4m3(clamp((a / 6) / t, 2^-6, 448)); element x * ((1 / t) / s); restored =
//   element * (t * s).
// - ggml: no scale of the tensor; s = UE4M3 of a / 6, half up, of a without NaN; element as in mx_scheme.h. Blocks by
//   fours: four scales, then the nibbles.
// So a tensor of zeros is NaN in modelopt and torchao, and one infinity spoils a tensor everywhere but in ggml.
// Elements of a block whose scale is NaN mean nothing: NaN becomes the code 7 in modelopt, 0 in compressed-tensors and
// 12 in torchao.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "core/formats/block_format.h"
#include "core/quantization/narrow_codes.h"
#include "core/quantization/run_scheme.h"

namespace ulpscope {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr int kBlock = 16;
constexpr float kLargestElement = 6;
constexpr float kLargestScale = 448;
constexpr float kLargestBoth = kLargestElement * kLargestScale;

float largestMagnitude(std::span<const float> values) { return std::bit_cast<float>(largestMagnitudeBits(values)); }

/// `x` rounded to E4M3 and nearest even; NaN is NaN. Precondition: 0 <= x <= 448, if not NaN. Below the normal values
/// the adder rounds to multiples of 2^-9, above integers round off 20 of float32's 23 fraction bits.
float e4m3(float x) {
  constexpr float kMagic = 0x1p14F;  // its last place is 2^-9
  if (std::isnan(x)) return kNan;
  if (x < 0x1p-6F) return (x + kMagic) - kMagic;
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(x);
  return std::bit_cast<float>((bits + 0x7FFFF + (bits >> 20 & 1)) & ~std::uint32_t{0xFFFFF});
}

/// NaN stays.
float clampScale(float x, float low) { return x < low ? low : x > kLargestScale ? kLargestScale : x; }

void encodeModelopt(const RunInput& run, const RunCodes& out) {
  const float t = run.tensorValue / kLargestBoth;
  const float quotient = largestMagnitude(run.values) / (kLargestElement * t);
  const float scale = e4m3(clampScale(quotient == 0 ? 1 : quotient, 0x1p-9F)) * t;
  out.stored[0].scale = scale;
  if (std::isnan(scale))
    std::ranges::fill(out.codes, std::uint8_t{7});
  else
    encodeFp4Quotients(run.values, scale, out.codes);
}

void encodeCompressed(const RunInput& run, const RunCodes& out) {
  const float largest = run.tensorValue < 0x1p-126F ? 0x1p-126F : run.tensorValue;
  const float divisor = 1 / largest * kLargestBoth;
  const float g = std::isfinite(divisor) ? divisor : 1;
  float s = e4m3(std::min(g * (largestMagnitude(run.values) / kLargestElement), kLargestScale));
  if (s == 0) s = 0.125F;
  const float scale = s / g;
  out.stored[0].scale = scale;
  if (!std::isnan(scale)) encodeFp4Quotients(run.values, scale, out.codes);
}

void encodeTorchao(const RunInput& run, const RunCodes& out) {
  const float t = run.tensorValue / kLargestBoth;
  const float s = e4m3(clampScale(largestMagnitude(run.values) / kLargestElement / t, 0x1p-6F));
  out.stored[0].scale = t * s;
  if (std::isnan(t * s))
    std::ranges::fill(out.codes, std::uint8_t{12});
  else
    encodeFp4(run.values, 1 / t / s, out.codes);
}

/// ggml's byte for a scale: fractions half up, what rounds to 256 and more is 448.
int ggmlScaleByte(float x) {
  if (!(x > 0)) return 0;
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(std::min(x, kLargestScale));
  const int exponent = static_cast<int>(bits >> 23) - 127 + 7;
  if (exponent <= 0) return std::min(static_cast<int>(x * 512 + 0.5F), 7);
  const int fraction = static_cast<int>(bits >> 20 & 7) + static_cast<int>(bits >> 19 & 1);
  const int byte = (exponent << 3) + fraction;
  return exponent >= 15 || byte >= 15 << 3 ? 0x7E : byte;
}

/// Half of what the byte is worth: elements count twice.
float ggmlHalfScale(int byte) {
  const int exponent = byte >> 3;
  const auto fraction = static_cast<float>(byte & 7);
  return exponent == 0 ? std::ldexp(fraction, -10) : std::ldexp(8 + fraction, exponent - 11);
}

void encodeGgml(const RunInput& run, const RunCodes& out) {
  for (std::size_t block = 0; block < out.stored.size(); ++block) {
    const auto values = run.values.subspan(block * kBlock, kBlock);
    const auto codes = out.codes.subspan(block * kBlock, kBlock);
    float largest = 0;
    for (const float x : values) largest = std::fabs(x) > largest ? std::fabs(x) : largest;
    const int byte = ggmlScaleByte(largest / kLargestElement);
    const float scale = ggmlHalfScale(byte);
    out.stored[block].scale = scale;
    encodeFp4ByDistance(values, scale, codes);
    out.packed[block] = static_cast<std::byte>(byte);
    for (std::size_t i = 0; i < kBlock / 2; ++i)
      out.packed[out.stored.size() + block * kBlock / 2 + i] =
          static_cast<std::byte>(codes[i] | codes[i + kBlock / 2] << 4);
  }
}

RunPlan ggmlPlan(RunPlan plan) {
  constexpr int kBlocks = 4;
  plan.group = kBlocks * kBlock;
  plan.scaleGroup = kBlock;
  plan.packedBytes = kBlocks + kBlocks * kBlock / 2;
  plan.encode = encodeGgml;
  plan.decode = [](std::span<const std::uint8_t> codes, const StoredScale& stored, std::span<float> values) {
    decodeFp4(codes, 2 * stored.scale, values);
  };
  plan.isUsed = [](int code) { return code != 8; };
  plan.scaleNote = "half of UE4M3(largest magnitude / 6); elements count twice";
  return plan;
}

RunPlan plan(const Settings& settings) {
  RunPlan plan;
  plan.granularity = Granularity::Group;
  plan.group = kBlock;
  plan.wholeGroups = true;
  plan.codeBits = 4;
  plan.scaleBits = 8;
  const std::string& reference = choiceSetting(settings, "reference");
  if (reference == "ggml") return ggmlPlan(std::move(plan));
  plan.tensorBits = 32;
  plan.measureTensor = largestMagnitude;
  plan.decode = [](std::span<const std::uint8_t> codes, const StoredScale& stored, std::span<float> values) {
    decodeFp4(codes, stored.scale, values);
  };
  plan.scaleNote = "E4M3 of the block's times that of the tensor";
  plan.encode = reference == "torchao" ? encodeTorchao : encodeCompressed;
  if (reference != "modelopt") return plan;
  plan.encode = encodeModelopt;
  plan.decode = [](std::span<const std::uint8_t> codes, const StoredScale& stored, std::span<float> values) {
    decodeFp4(codes, stored.scale, values);
    for (float& value : values) value += 0.0F;
  };
  plan.isUsed = [](int) { return true; };
  plan.narrowCodec = [](float largest) {
    return NarrowBlockCodec{.kind = NarrowBlockCodec::Kind::ModelOpt,
                            .element = *findBlockFormat("nvfp4")->element->floatSpec(),
                            .blockSize = kBlock,
                            .tensorScale = largest / kLargestBoth};
  };
  return plan;
}

}  // namespace

const Scheme& nvfp4_entry() {
  static const RunScheme scheme(
      {.id = "nvfp4",
       .title = "NVFP4",
       .family = "NVFP4",
       .reference =
           "ModelOpt 0.47.0 torch/quantization/qtensor/nvfp4_tensor.py NVFP4QTensor.quantize; compressed-tensors "
           "0.20.0 quantization/utils/helpers.py generate_gparam and calculate_qparams; torchao 0.18.0 "
           "prototype/mx_formats/nvfp4_tensor.py nvfp4_quantize; ggml ggml-quants.c quantize_row_nvfp4_ref",
       .parameters = {choiceKnob("reference", "Reference", "Whose scales: they round and combine the two differently.",
                                 {{"modelopt", "ModelOpt (multiplied)"},
                                  {"compressed-tensors", "compressed-tensors (divided)"},
                                  {"torchao", "torchao (reciprocal)"},
                                  {"ggml", "ggml (GGUF, one level)"}},
                                 "modelopt")},
       .text =
           {.definition =
                "Blocks of 16 along the rows; with `a` the largest magnitude of a block, `A` that of the tensor and "
                "`t = A / 2688`, the scale of a block is the nearest E4M3 to `a / (6 * t)`, that of the tensor `t` "
                "in float32; code = nearest E2M1 of `x / (scale * t)`, ties to even; restored = value(code) * "
                "(scale * t). compressed-tensors stores `1 / t` and divides by it, torchao multiplies by a "
                "reciprocal, ggml has no scale for the tensor.",
            .stored = "A code of 4 bits for each weight, 8 bits for each block and 32 for the tensor: 4 + 8 / 16 = "
                      "4.5.",
            .quirks = {"A tensor of zeros becomes NaN in ModelOpt and torchao: 0 / 0.",
                       "One infinity or NaN spoils the whole tensor, but in ggml.",
                       "The scale of the tensor multiplies in ModelOpt and torchao and divides in compressed-tensors: "
                       "files that are mixed up decode to garbage.",
                       "Dividing and multiplying by the reciprocal differ at ties of data that were quantized before.",
                       "ggml sends ties toward zero, and what is far beyond its largest scale, 448, to zero."},
            .advice = "Weights for Blackwell's matrix engines, which multiply it as it is. Its fine blocks hold up "
                      "where a few outliers ruin schemes with one scale a row."}},
      plan);
  return scheme;
}

}  // namespace ulpscope
