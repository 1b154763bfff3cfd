// SPDX-License-Identifier: Apache-2.0
//
// MXFP4 as gpt-oss keeps its experts: W_blocks U8 [experts, rows, groups, 16], two FP4 codes a byte with the first in
// the low half, and W_scales U8 [experts, rows, groups]: value = code * 2^(scale - 127), in bfloat16. transformers
// restores W as [experts, groups * 32, rows]: transposed (integrations/mxfp4.py). OpenAI's own checkpoint names them
// W.blocks and W.scales and does not transpose (gpt_oss/torch/weights.py).
#include <fmt/format.h>

#include <array>
#include <utility>

#include "core/base/checked.h"
#include "core/checkpoint/packed/scale_grid.h"

namespace ulpscope {
namespace {

constexpr std::array<std::string_view, 1> kMethods{"mxfp4"};
constexpr std::array<std::string_view, 2> kAnchors{"_blocks", ".blocks"};

/// Row `i` of an expert's [in, rows]: code i of each of its stored rows. A stored row holds a byte for two codes and a
/// scale for 32; both are read down their columns, the experts below each other.
struct TransposedDecoder {
  std::uint64_t in;    ///< of one expert: its rows here
  std::uint64_t rows;  ///< stored of one expert: its columns here
  ColumnReader codes;
  ColumnReader scales;

  Result<> operator()(std::uint64_t row, std::uint64_t column, std::span<float> values) const {
    const std::uint64_t expert = row / in, input = row % in;
    std::vector<std::byte> bytes(values.size());
    std::vector<std::byte> exponents(values.size());
    if (auto read = codes.read(input / 2, expert * rows + column, bytes); !read) return read;
    if (auto read = scales.read(input / 32, expert * rows + column, exponents); !read) return read;
    const std::array<float, 16> table = fp4Values();
    const unsigned shift = input % 2 == 0 ? 0 : 4;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto byte = static_cast<unsigned>(bytes[i]);
      values[i] = table[byte >> shift & 15u] * scaleOfExponent(std::to_integer<std::uint8_t>(exponents[i]));
    }
    return {};
  }
};

class Mxfp4 final : public PackedConvention {
 public:
  std::string_view id() const override { return "mxfp4"; }
  std::string_view title() const override { return "MXFP4 blocks"; }
  std::span<const std::string_view> methods() const override { return kMethods; }
  std::span<const std::string_view> anchors() const override { return kAnchors; }

  Result<std::optional<PackedWeight>> weight(const PackedScan& scan, const TensorInfo& anchor,
                                             std::string_view base) const override {
    // Names like "down_blocks" are common: only bytes in rows of 16 are this convention's.
    const bool original = anchor.name.ends_with(".blocks");
    const std::string scaleSuffix = original ? ".scales" : "_scales";
    if (!anchor.type || anchor.type->name != "U8" || anchor.shape.size() < 3 || anchor.shape.back() != 16)
      return std::nullopt;
    PackedParts parts(scan, base);
    const TensorInfo* const codes = parts.need(original ? ".blocks" : "_blocks", {"U8"});
    const TensorInfo* const scales = parts.need(scaleSuffix, {"U8", "F8_E8M0"});
    if (!parts.sound()) return tl::unexpected(parts.error());
    std::vector<std::uint64_t> shape = codes->shape;
    shape.pop_back();
    parts.expectShape(scales, shape);
    parts.expect(codes->elements > 0 && shape.size() <= 3, codes, "[experts, rows, groups, 16]");
    if (!parts.sound()) return tl::unexpected(parts.error());
    const std::uint64_t groups = shape.back(), in = groups * 32;
    shape.back() = in;
    const std::uint64_t rows = shape[shape.size() - 2], experts = shape.size() == 3 ? shape[0] : 1;
    const bool transposed = !original;
    if (transposed) std::swap(shape[shape.size() - 2], shape.back());
    PackedWeight found =
        weightOf(parts, std::string(base), "MXFP4",
                 fmt::format("MXFP4, blocks of 32{}", transposed ? ", stored transposed" : ""), shape, ValueType::BF16);
    if (transposed) {
      const auto& tiles = scan.tiles();
      found.decode = TransposedDecoder{in, rows, ColumnReader(parts.source(codes), experts * rows, groups * 16, tiles),
                                       ColumnReader(parts.source(scales), experts * rows, groups, tiles)};
    } else {
      ScaleGrid grid{.values = parts.source(scales),
                     .rows = rows * experts,
                     .gridRows = rows * experts,
                     .gridColumns = groups,
                     .blockHeight = 1,
                     .blockWidth = 32,
                     .exponents = scales->type->name == "U8"};
      found.decode = AffineDecoder{in, nibbles(parts.source(codes), fp4Values()), std::move(grid)};
    }
    return found;
  }
};

}  // namespace

const PackedConvention& mxfp4_entry() {
  static const Mxfp4 convention;
  return convention;
}

}  // namespace ulpscope
