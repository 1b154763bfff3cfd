// SPDX-License-Identifier: Apache-2.0
//
// FP8 with scales by blocks (DeepSeek-V3, inference/kernel.py, and those who follow):
//   W            F8_E4M3 (or F8_E5M2) [out, in] or [experts, out, in]
//   W_scale_inv  F32, BF16 or F8_E8M0 [ceil(out/h), ceil(in/w)]: multiplied, whatever its name says; or one for all
// h x w is quantization_config's weight_block_size, 128 x 128 where it is silent; the last blocks are cut.
// value = code * scale in float32.
#include <fmt/format.h>

#include <array>
#include <utility>

#include "core/checkpoint/packed/scale_grid.h"

namespace ulpscope {
namespace {

constexpr std::array<std::string_view, 1> kMethods{"fp8"};
constexpr std::array<std::string_view, 1> kAnchors{"_scale_inv"};

class Fp8Block final : public PackedConvention {
 public:
  std::string_view id() const override { return "fp8_block"; }
  std::string_view title() const override { return "FP8 with block scales"; }
  std::span<const std::string_view> methods() const override { return kMethods; }
  std::span<const std::string_view> anchors() const override { return kAnchors; }

  Result<std::optional<PackedWeight>> weight(const PackedScan& scan, const TensorInfo&,
                                             std::string_view base) const override {
    PackedParts parts(scan, base);
    const TensorInfo* const codes = parts.need("", {"F8_E4M3", "F8_E5M2", "F8_E4M3FNUZ", "F8_E5M2FNUZ"});
    const TensorInfo* const scales = parts.need("_scale_inv", {"F32", "BF16", "F16", "F8_E8M0"});
    if (!parts.sound()) return tl::unexpected(parts.error());
    std::array<std::uint64_t, 2> block{128, 128};
    const auto stated = scan.config().integers("quantization_config/weight_block_size");
    if (stated && stated->size() == 2 && (*stated)[0] > 0 && (*stated)[1] > 0)
      block = {static_cast<std::uint64_t>((*stated)[0]), static_cast<std::uint64_t>((*stated)[1])};
    const auto grid = gridOver(parts, codes->shape, scales, block);
    if (!parts.sound()) return tl::unexpected(parts.error());
    PackedWeight found =
        weightOf(parts, std::string(base), "FP8 blocks", fmt::format("{} codes, {}", codes->type->title, grid->title()),
                 codes->shape, ValueType::F32);
    found.decode = AffineDecoder{found.columns, plainCodes(parts.source(codes)), *grid};
    return found;
  }
};

}  // namespace

const PackedConvention& fp8_block_entry() {
  static const Fp8Block convention;
  return convention;
}

}  // namespace ulpscope
