// SPDX-License-Identifier: Apache-2.0
//
// compressed-tensors "pack-quantized": integers of b = 1 to 8 bits, stored plus 2^(b-1), in runs of bits
//   X.weight_packed      I32 [out, ceil(in*b/32)]   the first code in the low bits; a code may straddle two words
//   X.weight_shape       I64 [2]                    out, in
//   X.weight_scale       [out, in/g], [out, 1] or [1]
//   X.weight_zero_point  I32 [ceil(out*b/32), in/g] packed the same way, but down the columns; absent if symmetric
//   X.weight_g_idx       I32 [in]                   the group of each input, where activations ordered them
// value = (code - zero) * scale, rounded to the type of the scales (compressors/pack_quantized, 0.20.0). "marlin-24"
// keeps tiles for one kind of tensor core beside X.meta: it is only named.
#include <fmt/format.h>

#include <array>
#include <utility>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/checkpoint/packed/scale_grid.h"

namespace ulpscope {
namespace {

struct Decoder {
  int bits;
  std::uint64_t words;  ///< a row of codes
  std::uint64_t groups, groupSize;
  TensorSource codes;
  ScaleGrid scales;
  std::optional<TensorSource> zeros;
  std::optional<TensorSource> groupOf;

  Result<> operator()(std::uint64_t row, std::uint64_t column, std::span<float> values) const {
    const auto wide = static_cast<std::uint64_t>(bits);
    const std::uint64_t begin = column * wide / 32, end = divideRoundingUp((column + values.size()) * wide, 32);
    std::vector<std::byte> bytes(static_cast<std::size_t>(end - begin) * 4);
    if (auto read = codes.readBytes(row * words + begin, end - begin, bytes); !read) return read;
    std::vector<std::uint8_t> fields(values.size());
    unpackFields(bytes, column * wide - begin * 32, bits, fields);
    const int offset = 1 << (bits - 1);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(fields[i] - offset);
    return groupOf ? scaleIndexed(row, column, values) : scaleGrouped(row, column, values);
  }

 private:
  /// The zero points of groups [first, first + zeros.size()) of a row.
  Result<> readZeros(std::uint64_t row, std::uint64_t first, std::span<float> out) const {
    const auto wide = static_cast<std::uint64_t>(bits);
    const std::uint64_t bit = row * wide, word = bit / 32;
    const bool straddles = (bit + wide - 1) / 32 != word;
    std::vector<std::uint32_t> low(out.size()), high(out.size(), 0u);
    if (auto read = zeros->readBytes(word * groups + first, out.size(), std::as_writable_bytes(std::span(low))); !read)
      return read;
    if (straddles)
      if (auto read =
              zeros->readBytes((word + 1) * groups + first, out.size(), std::as_writable_bytes(std::span(high)));
          !read)
        return read;
    for (std::size_t i = 0; i < out.size(); ++i) {
      const std::uint64_t window = low[i] | std::uint64_t{high[i]} << 32;
      const auto field = static_cast<int>(window >> (bit % 32) & ((1u << wide) - 1));
      out[i] = static_cast<float>(field - (1 << (bits - 1)));
    }
    return {};
  }

  Result<> scaleGrouped(std::uint64_t row, std::uint64_t column, std::span<float> values) const {
    const auto scale = scales.read(row, column, values.size());
    if (!scale) return tl::unexpected(scale.error());
    const std::uint64_t first = column / groupSize;
    std::vector<float> zero(static_cast<std::size_t>((column + values.size() - 1) / groupSize - first + 1), 0.0F);
    if (zeros)
      if (auto read = readZeros(row, first, zero); !read) return read;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto group = static_cast<std::size_t>((column + i) / groupSize - first);
      values[i] = (values[i] - zero[group]) * scale->at(column + i);
    }
    return {};
  }

  Result<> scaleIndexed(std::uint64_t row, std::uint64_t column, std::span<float> values) const {
    std::vector<double> indices(values.size());
    if (auto read = groupOf->readDoubles(column, indices); !read) return read;
    std::vector<float> scale(static_cast<std::size_t>(groups));
    std::vector<float> zero(scale.size(), 0.0F);
    if (auto read = readPart(scales.values, row * groups, scale); !read) return read;
    if (zeros)
      if (auto read = readZeros(row, 0, zero); !read) return read;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!(indices[i] >= 0 && indices[i] < static_cast<double>(groups)))
        return fail(Errc::Corrupt, fmt::format("tensor {}: a group below {} expected for input {}, {} found",
                                               inQuotes(groupOf->info().name), groups, column + i, indices[i]));
      const auto group = static_cast<std::size_t>(indices[i]);
      values[i] = (values[i] - zero[group]) * scale[group];
    }
    return {};
  }
};

constexpr std::array<std::string_view, 1> kMethods{"compressed-tensors"};
constexpr std::array<std::string_view, 1> kAnchors{".weight_packed"};

class CompressedPack final : public PackedConvention {
 public:
  std::string_view id() const override { return "compressed_pack"; }
  std::string_view title() const override { return "pack-quantized"; }
  std::span<const std::string_view> methods() const override { return kMethods; }
  std::span<const std::string_view> anchors() const override { return kAnchors; }

  Result<std::optional<PackedWeight>> weight(const PackedScan& scan, const TensorInfo& anchor,
                                             std::string_view base) const override {
    if (anchor.type && anchor.type->name == "U8") return std::nullopt;  // nvfp4, mxfp4
    if (const TensorInfo* const meta = scan.find(std::string(base) + ".meta")) return named(scan, anchor, *meta, base);
    PackedParts parts(scan, base);
    const TensorInfo* const codes = parts.need(".weight_packed", {"I32"}, 2);
    const TensorInfo* const stored = parts.need(".weight_shape", {"I64", "I32"}, 1);
    const TensorInfo* const scales = parts.need(".weight_scale", {"F32", "F16", "BF16"});
    const TensorInfo* const zeros = parts.optional(".weight_zero_point", {"I32"}, 2);
    const TensorInfo* const groupOf = parts.optional(".weight_g_idx", {"I32", "I64"}, 1);
    const auto sizes = parts.matrixSizes(stored);
    if (!sizes) return tl::unexpected(sizes.error());
    const auto [out, in] = *sizes;
    const int bits = bitsOf(parts, *codes, out, in);
    // Act-order files have a -1 in place of indices where groups follow each other.
    const auto grid = gridOver(parts, {out, in}, scales);
    if (!parts.sound()) return tl::unexpected(parts.error());
    parts.expect(grid->blockHeight == 1 || scales->elements == 1, scales, "scales by group, row or tensor");
    const auto wide = static_cast<std::uint64_t>(bits);
    if (zeros) parts.expectShape(zeros, {divideRoundingUp(out * wide, 32), grid->gridColumns});
    if (groupOf) parts.expectElements(groupOf, in);
    if (groupOf) parts.expect(grid->gridRows == out, scales, "scales for each row");
    if (!parts.sound()) return tl::unexpected(parts.error());

    PackedWeight found =
        weightOf(parts, std::string(base) + ".weight", fmt::format("INT{} packed", bits),
                 fmt::format("compressed-tensors, {} bits{}, {}{}", bits, zeros ? " with zero points" : "",
                             grid->title(), groupOf ? ", in act-order" : ""),
                 {out, in}, *valueTypeOf(scales->type));
    found.decode = Decoder{bits,
                           codes->shape[1],
                           grid->gridColumns,
                           grid->blockWidth,
                           parts.source(codes),
                           *grid,
                           zeros ? std::optional(parts.source(zeros)) : std::nullopt,
                           groupOf ? std::optional(parts.source(groupOf)) : std::nullopt};
    return found;
  }

 private:
  static int bitsOf(PackedParts& parts, const TensorInfo& codes, std::uint64_t out, std::uint64_t in) {
    std::vector<int> fitting;
    for (int bits = 1; bits <= 8; ++bits)
      if (codes.shape[0] == out && codes.shape[1] == divideRoundingUp(in * static_cast<std::uint64_t>(bits), 32))
        fitting.push_back(bits);
    const ConfigValues& config = parts.scan().config();
    if (fitting.size() > 1)
      for (const std::string& group : config.keys("quantization_config/config_groups")) {
        const auto stated = config.integer(fmt::format("quantization_config/config_groups/{}/weights/num_bits", group));
        for (const int bits : fitting)
          if (stated == bits) return bits;
      }
    parts.expect(fitting.size() == 1, &codes, fmt::format("words for [{}, {}] codes of 1 to 8 bits", out, in));
    return fitting.empty() ? 1 : fitting.front();
  }

  static std::optional<PackedWeight> named(const PackedScan& scan, const TensorInfo& anchor, const TensorInfo& meta,
                                           std::string_view base) {
    PackedWeight weight{.name = {},
                        .storedType = {},
                        .title = {},
                        .shape = {},
                        .parts = {scan.indexOf(anchor), scan.indexOf(meta)},
                        .decode = {}};
    for (const std::string_view suffix : {".scale_packed", ".weight_scale"})
      if (const TensorInfo* const part = scan.find(std::string(base) + std::string(suffix)))
        weight.parts.push_back(scan.indexOf(*part));
    weight.remark =
        "Part of a weight in the marlin-24 layout, tiled for sparse tensor cores, which is not undone here.";
    return weight;
  }
};

}  // namespace

const PackedConvention& compressed_pack_entry() {
  static const CompressedPack convention;
  return convention;
}

}  // namespace ulpscope
