// SPDX-License-Identifier: Apache-2.0
//
// Codes of 4 and 6 bits in bytes, with a scale for each block of a row, as compressed-tensors and ModelOpt keep them:
//   nvfp4 (compressed-tensors)  X.weight_packed U8 [out, in/2], X.weight_scale F8_E4M3 [out, in/16],
//                               X.weight_global_scale F32 [1]: value = code * (scale / global)
//   nvfp4 (ModelOpt)            X.weight U8 [out, in/2], X.weight_scale F8_E4M3 [out, in/16],
//                               X.weight_scale_2 F32: value = code * (scale * scale_2)
//   mxfp4                       X.weight_packed U8 [out, in/2], X.weight_scale U8 [out, in/32]: code * 2^(scale - 127)
//   mxfp6                       X.weight_packed U8 [out, in*3/4] of E2M3 codes, four in three bytes, low bits first
// The first code of a byte is in its low half; arithmetic is in float32, the result bfloat16.
#include <fmt/format.h>

#include <array>
#include <utility>

#include "core/base/checked.h"
#include "core/checkpoint/packed/scale_grid.h"

namespace ulpscope {
namespace {

constexpr std::array<std::string_view, 2> kMethods{"compressed-tensors", "modelopt"};
constexpr std::array<std::string_view, 2> kAnchors{".weight_packed", ".weight_scale_2"};

/// E2M3: three fraction bits, exponents 0 to 2 above the subnormals.
CodeRun sixBits(TensorSource part) {
  return [part = std::move(part)](std::uint64_t first, std::span<float> values) -> Result<> {
    const std::uint64_t begin = first * 6 / 8, end = divideRoundingUp((first + values.size()) * 6, 8);
    std::vector<std::byte> bytes(static_cast<std::size_t>(end - begin));
    if (auto read = part.readBytes(begin, end - begin, bytes); !read) return read;
    std::vector<std::uint8_t> codes(values.size());
    unpackFields(bytes, first * 6 - begin * 8, 6, codes);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const unsigned exponent = codes[i] >> 3 & 3u, fraction = codes[i] & 7u;
      const float magnitude =
          exponent == 0 ? static_cast<float>(fraction) / 8 : static_cast<float>((8u + fraction) << (exponent - 1)) / 8;
      values[i] = (codes[i] & 0x20u) != 0 ? -magnitude : magnitude;
    }
    return {};
  };
}

class Fp4Blocks final : public PackedConvention {
 public:
  std::string_view id() const override { return "fp4_blocks"; }
  std::string_view title() const override { return "FP4 with block scales"; }
  std::span<const std::string_view> methods() const override { return kMethods; }
  std::span<const std::string_view> anchors() const override { return kAnchors; }

  Result<std::optional<PackedWeight>> weight(const PackedScan& scan, const TensorInfo& anchor,
                                             std::string_view base) const override {
    const bool modelOpt = anchor.name.ends_with("_2");
    if (!modelOpt && (!anchor.type || anchor.type->name != "U8")) return std::nullopt;  // pack-quantized
    PackedParts parts(scan, base);
    const TensorInfo* const codes = parts.need(modelOpt ? ".weight" : ".weight_packed", {"U8"});
    const TensorInfo* const scales = parts.need(".weight_scale", {"F8_E4M3", "U8", "F8_E8M0"});
    if (!parts.sound()) return tl::unexpected(parts.error());
    const bool exponents = scales->type->name != "F8_E4M3";
    const TensorInfo* const global = modelOpt     ? parts.need(".weight_scale_2", {"F32"})
                                     : !exponents ? parts.need(".weight_global_scale", {"F32"})
                                                  : nullptr;
    if (global) parts.expectElements(global, 1);
    std::vector<std::uint64_t> shape = codes->shape;
    parts.expect(shape.size() == 2 || shape.size() == 3, codes, "2 or 3 dimensions");
    parts.expect(scales->shape.size() == shape.size() && scales->elements > 0, scales,
                 "as many dimensions as its codes");
    if (!parts.sound()) return tl::unexpected(parts.error());
    // 32 codes a scale are 16 bytes of 4 bits or 24 of 6.
    const std::uint64_t width = exponents ? 32 : 16;
    const bool six = exponents && shape.back() % 24 == 0 && shape.back() / 24 == scales->shape.back();
    parts.expect(six || (shape.back() % (width / 2) == 0 && shape.back() / (width / 2) == scales->shape.back()), codes,
                 fmt::format("{} codes a scale", width));
    if (!parts.sound()) return tl::unexpected(parts.error());
    shape.back() = scales->shape.back() * width;
    auto grid = gridOver(parts, shape, scales, std::array<std::uint64_t, 2>{1, width});
    if (!parts.sound()) return tl::unexpected(parts.error());
    grid->exponents = scales->type->name == "U8";

    const std::string kind = six ? "MXFP6" : exponents ? "MXFP4" : "NVFP4";
    PackedWeight found =
        weightOf(parts, std::string(base) + ".weight", kind,
                 fmt::format("{}, blocks of {}{}", kind, width, global ? ", one scale above them" : ""),
                 std::move(shape), ValueType::BF16);
    std::array<float, 16> table = fp4Values();
    if (modelOpt) table[8] = 0;  // its table has no negative zero
    AffineDecoder decoder{found.columns, six ? sixBits(parts.source(codes)) : nibbles(parts.source(codes), table),
                          *grid};
    if (global) {
      const auto value = readScalar(parts.source(global));
      if (!value) return tl::unexpected(value.error());
      (modelOpt ? decoder.multiplier : decoder.divisor) = *value;
    }
    found.decode = std::move(decoder);
    return found;
  }
};

}  // namespace

const PackedConvention& fp4_blocks_entry() {
  static const Fp4Blocks convention;
  return convention;
}

}  // namespace ulpscope
