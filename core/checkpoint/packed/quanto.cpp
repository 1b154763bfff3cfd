// SPDX-License-Identifier: Apache-2.0
//
// optimum-quanto, as state dictionaries flatten its tensors:
//   W._data        I8, F8_E4M3 or F8_E5M2 in the weight's shape, W._scale [out, 1, ...] or one for all
//                  value = scale * code, rounded to the type of the scale
//   W._data._data  U8: 4 or 2 bits a code of the grouped matrix [n/g, g], in planes: the first half (fourth) of its
//   rows
//                  in the low bits; W._scale and W._shift [n/g, 1]
//                  value = scale * code - shift, each step rounded; an integer shift is taken off before the product
// The shape of grouped weights is not stored: it is [elements of the bias beside it, rest], else the groups are shown.
#include <fmt/format.h>

#include <array>
#include <utility>

#include "core/base/checked.h"
#include "core/checkpoint/packed/scale_grid.h"

namespace ulpscope {
namespace {

struct GroupedDecoder {
  int bits;
  std::uint64_t bytes;  ///< of the packed codes: those of a plane
  std::uint64_t groupSize;
  ValueType type;
  bool integerShift;
  TensorSource codes, scales, shifts;

  Result<> operator()(std::uint64_t, std::uint64_t first, std::span<float> values) const {
    while (!values.empty()) {
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(values.size(), bytes - first % bytes));
      std::vector<std::byte> piece(count);
      if (auto read = codes.readBytes(first % bytes, count, piece); !read) return read;
      const auto scale = readGroups(scales, 0, scales.info().elements, groupSize, first, count);
      if (!scale) return tl::unexpected(scale.error());
      const auto shift = readGroups(shifts, 0, shifts.info().elements, groupSize, first, count);
      if (!shift) return tl::unexpected(shift.error());
      const auto down = static_cast<int>(first / bytes) * bits;
      for (std::size_t i = 0; i < count; ++i) {
        const auto code = static_cast<float>(static_cast<unsigned>(piece[i]) >> down & ((1u << bits) - 1));
        const float each = scale->at(first + i), offset = shift->at(first + i);
        values[i] = integerShift ? (code - offset) * each : roundedTo(type, code * each) - offset;
      }
      values = values.subspan(count);
      first += count;
    }
    return {};
  }
};

constexpr std::array<std::string_view, 1> kMethods{"quanto"};
constexpr std::array<std::string_view, 1> kAnchors{"._scale"};

class Quanto final : public PackedConvention {
 public:
  std::string_view id() const override { return "quanto"; }
  std::string_view title() const override { return "optimum-quanto"; }
  std::span<const std::string_view> methods() const override { return kMethods; }
  std::span<const std::string_view> anchors() const override { return kAnchors; }

  Result<std::optional<PackedWeight>> weight(const PackedScan& scan, const TensorInfo&,
                                             std::string_view base) const override {
    PackedParts parts(scan, base);
    if (scan.find(std::string(base) + "._data._data") || scan.find(std::string(base) + "._shift"))
      return grouped(parts, base);
    const TensorInfo* const codes = parts.need("._data", {"I8", "F8_E4M3", "F8_E5M2", "F8_E4M3FNUZ"});
    const TensorInfo* const scales = parts.need("._scale", {"F32", "F16", "BF16"});
    if (!parts.sound()) return tl::unexpected(parts.error());
    // Of any rank: one scale for all, or one for each index of the first dimension.
    parts.expect(codes->elements > 0 && !codes->shape.empty(), codes, "at least one element");
    parts.expect(scales->elements == 1 || (!codes->shape.empty() && scales->elements == codes->shape[0] &&
                                           scales->shape[0] == codes->shape[0]),
                 scales, "one scale, or one a row");
    if (!parts.sound()) return tl::unexpected(parts.error());
    const std::uint64_t rows = codes->shape[0];
    ScaleGrid grid{.values = parts.source(scales), .rows = rows, .gridRows = scales->elements, .gridColumns = 1};
    grid.blockHeight = scales->elements == 1 ? rows : 1;
    grid.blockWidth = codes->elements / rows;
    const bool integer = codes->type->name == "I8";
    PackedWeight found = weightOf(parts, std::string(base), integer ? "quanto INT8" : "quanto FP8",
                                  fmt::format("optimum-quanto, {}, {}", codes->type->title, grid.title()), codes->shape,
                                  *valueTypeOf(scales->type));
    found.rows = rows;
    found.columns = codes->elements / rows;
    found.decode = AffineDecoder{found.columns, plainCodes(parts.source(codes)), std::move(grid)};
    return found;
  }

 private:
  static Result<std::optional<PackedWeight>> grouped(PackedParts& parts, std::string_view base) {
    const TensorInfo* const codes = parts.need("._data._data", {"U8"}, 2);
    const TensorInfo* const scales = parts.need("._scale", {"F32", "F16", "BF16"});
    const TensorInfo* const shifts = parts.need("._shift", {"F32", "F16", "BF16", "I8", "U8"});
    if (!parts.sound()) return tl::unexpected(parts.error());
    const std::uint64_t groups = scales->elements, size = codes->shape[1];
    const bool four = divideRoundingUp(groups, 2) == codes->shape[0];
    const bool two = divideRoundingUp(groups, 4) == codes->shape[0];
    parts.expect(codes->elements > 0 && four != two, codes, fmt::format("2 or 4 bits for {} groups", groups));
    parts.expect(!scales->shape.empty() && scales->shape[0] == groups, scales, "a scale for each row of groups");
    parts.expectElements(shifts, groups);
    const auto elements = checkedMultiply(groups, size);
    parts.expect(elements.has_value(), codes, "fewer elements");
    if (!parts.sound()) return tl::unexpected(parts.error());
    std::vector<std::uint64_t> shape{groups, size};
    std::string remark = "Its shape is not stored: a row is a group of its codes.";
    if (const std::uint64_t out = outputsOf(parts.scan(), base);
        out > 0 && *elements % out == 0 && (*elements / out) % size == 0) {
      shape = {out, *elements / out};
      remark.clear();
    }
    const int bits = four ? 4 : 2;
    PackedWeight found =
        weightOf(parts, std::string(base), fmt::format("quanto INT{}", bits),
                 fmt::format("optimum-quanto, {} bits, groups of {}", bits, size), shape, *valueTypeOf(scales->type));
    found.rows = 1;
    found.columns = *elements;
    found.remark = std::move(remark);
    found.decode = GroupedDecoder{bits,
                                  codes->elements,
                                  size,
                                  found.type,
                                  !valueTypeOf(shifts->type),
                                  parts.source(codes),
                                  parts.source(scales),
                                  parts.source(shifts)};
    return found;
  }

  /// Elements of the bias beside a weight; 0 if there is none.
  static std::uint64_t outputsOf(const PackedScan& scan, std::string_view base) {
    constexpr std::string_view kWeight = ".weight";
    if (!base.ends_with(kWeight)) return 0;
    const TensorInfo* const bias = scan.find(std::string(base.substr(0, base.size() - kWeight.size())) + ".bias");
    return bias && bias->shape.size() == 1 ? bias->elements : 0;
  }
};

}  // namespace

const PackedConvention& quanto_entry() {
  static const Quanto convention;
  return convention;
}

}  // namespace ulpscope
