// SPDX-License-Identifier: Apache-2.0
//
// Weights of one byte a code beside their scales, as compressed-tensors (int-, float-, naive- and mxfp8-quantized),
// FBGEMM and ModelOpt (FP8) keep them:
//   X.weight             I8, F8_E4M3 or F8_E5M2 [out, in] or [experts, out, in]
//   X.weight_scale       one for all, for a row [out, 1], a group [out, in/g] or a block [ceil(out/h), ceil(in/w)];
//                        U8 for mxfp8: 2^(v - 127)
//   X.weight_zero_point  integers in the shape of the scales, where codes are not symmetric
// value = (code - zero) * scale in the type of the scales; float32 for FBGEMM, bfloat16 for mxfp8.
#include <fmt/format.h>

#include <array>
#include <utility>

#include "core/checkpoint/packed/scale_grid.h"

namespace ulpscope {
namespace {

constexpr std::array<std::string_view, 5> kMethods{"compressed-tensors", "fbgemm_fp8", "modelopt", "fp8", "quark"};
constexpr std::array<std::string_view, 1> kAnchors{".weight_scale"};

class Scaled final : public PackedConvention {
 public:
  std::string_view id() const override { return "scaled"; }
  std::string_view title() const override { return "8-bit codes with scales"; }
  std::span<const std::string_view> methods() const override { return kMethods; }
  std::span<const std::string_view> anchors() const override { return kAnchors; }

  Result<std::optional<PackedWeight>> weight(const PackedScan& scan, const TensorInfo&,
                                             std::string_view base) const override {
    const std::string name = std::string(base) + ".weight";
    if (!scan.find(name) && scan.find(name + "_packed")) return std::nullopt;
    if (scan.quantMethod() == "bitnet") return std::nullopt;
    PackedParts parts(scan, base);
    const TensorInfo* const codes = parts.need(".weight", {"I8", "F8_E4M3", "F8_E5M2", "F8_E4M3FNUZ", "F8_E5M2FNUZ"});
    const TensorInfo* const scales = parts.need(".weight_scale", {"F32", "F16", "BF16", "U8", "F8_E8M0"});
    const TensorInfo* const zeros = parts.optional(".weight_zero_point", {"I8", "U8", "F32", "F16", "BF16"});
    if (!parts.sound()) return tl::unexpected(parts.error());
    auto grid = gridOver(parts, codes->shape, scales, configuredBlock(scan));
    auto zeroGrid = zeros ? gridOver(parts, codes->shape, zeros, configuredBlock(scan)) : std::nullopt;
    if (!parts.sound()) return tl::unexpected(parts.error());
    grid->exponents = scales->type->name == "U8";
    const bool exponents = grid->exponents || scales->type->name == "F8_E8M0";
    const ValueType type = exponents                            ? ValueType::BF16
                           : scan.quantMethod() == "fbgemm_fp8" ? ValueType::F32
                                                                : *valueTypeOf(scales->type);
    const bool integer = codes->type->name == "I8";
    const std::string kind = exponents ? "MXFP8" : integer ? "INT8 scaled" : "FP8 scaled";
    PackedWeight found =
        weightOf(parts, name, kind,
                 fmt::format("{} codes{}, {}", codes->type->title, zeros ? " with zero points" : "", grid->title()),
                 codes->shape, type);
    found.decode = AffineDecoder{found.columns, plainCodes(parts.source(codes)), *grid, zeroGrid};
    return found;
  }

 private:
  static std::optional<std::array<std::uint64_t, 2>> configuredBlock(const PackedScan& scan) {
    for (const std::string& group : scan.config().keys("quantization_config/config_groups")) {
      const auto block =
          scan.config().integers(fmt::format("quantization_config/config_groups/{}/weights/block_structure", group));
      if (block && block->size() == 2 && (*block)[0] > 0 && (*block)[1] > 0)
        return std::array{static_cast<std::uint64_t>((*block)[0]), static_cast<std::uint64_t>((*block)[1])};
    }
    return std::nullopt;
  }
};

}  // namespace

const PackedConvention& scaled_entry() {
  static const Scaled convention;
  return convention;
}

}  // namespace ulpscope
