// SPDX-License-Identifier: Apache-2.0
//
// HQQ (hqq 0.2.8, core/quantize.py, core/bitpack.py), in safetensors with every entry of its metadata as a tensor:
//   X.W_q    U8, or I32 for 3 bits: codes of the grouped matrix, R x C, in planes: of k codes a word the first k-th of
//            its rows stands in the high bits, and so on; 3 bits: ten a word, the top two bits unused, rows padded
//   X.scale, X.zero   F16, BF16 or F32: one a row of the grouped matrix (axis 1) or one a column (axis 0)
//   X.nbits, X.axis, X.group_size, X.shape   integers; X.compute_dtype  the text "torch.float16"
// hqq's own qmodel.pt pickles these as numbers and texts: they stand in the checkpoint's metadata by the same names.
// The grouped matrix is the weight, row-major, as [n/g, g] (axis 1) or [g, n/g] (axis 0).
// value = (code - zero) * scale, each step rounded to compute_dtype.
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "core/base/checked.h"
#include "core/checkpoint/packed/packed_convention.h"

namespace ulpscope {
namespace {

struct Decoder {
  int bits;
  int topShift;           ///< of the first plane
  std::uint64_t words;    ///< of W_q: the codes of a plane
  bool byRow;             ///< axis 1
  std::uint64_t columns;  ///< of the grouped matrix
  ValueType type;
  TensorSource codes, scales, zeros;

  Result<> operator()(std::uint64_t, std::uint64_t first, std::span<float> values) const {
    // Pieces within a plane, and for axis 0 within a row of the grouped matrix.
    while (!values.empty()) {
      std::uint64_t count = std::min<std::uint64_t>(values.size(), words - first % words);
      if (!byRow) count = std::min(count, columns - first % columns);
      const std::span<float> piece = values.first(static_cast<std::size_t>(count));
      if (auto done = decodePiece(first, piece); !done) return done;
      values = values.subspan(piece.size());
      first += count;
    }
    return {};
  }

 private:
  Result<> decodePiece(std::uint64_t first, std::span<float> values) const {
    const std::size_t size = codes.type().bits == 8 ? 1 : 4;
    std::vector<std::byte> bytes(values.size() * size);
    if (auto read = codes.readBytes(first % words, values.size(), bytes); !read) return read;
    const int shift = topShift - static_cast<int>(first / words) * bits;
    const std::uint32_t mask = (1u << bits) - 1;
    const std::uint64_t width = byRow ? columns : 1;
    const std::uint64_t begin = byRow ? first : first % columns;
    const std::uint64_t groups = scales.info().elements;
    const auto scale = readGroups(scales, 0, groups, width, begin, values.size());
    if (!scale) return tl::unexpected(scale.error());
    const auto zero = readGroups(zeros, 0, groups, width, begin, values.size());
    if (!zero) return tl::unexpected(zero.error());
    for (std::size_t i = 0; i < values.size(); ++i) {
      std::uint32_t word = 0;
      std::memcpy(&word, bytes.data() + i * size, size);
      const float difference =
          roundedTo(type, static_cast<float>(word >> shift & mask) - roundedTo(type, zero->at(begin + i)));
      values[i] = difference * roundedTo(type, scale->at(begin + i));
    }
    return {};
  }
};

constexpr std::array<std::string_view, 1> kMethods{"hqq"};
constexpr std::array<std::string_view, 1> kAnchors{".W_q"};

class Hqq final : public PackedConvention {
 public:
  std::string_view id() const override { return "hqq"; }
  std::string_view title() const override { return "HQQ"; }
  std::span<const std::string_view> methods() const override { return kMethods; }
  std::span<const std::string_view> anchors() const override { return kAnchors; }

  Result<std::optional<PackedWeight>> weight(const PackedScan& scan, const TensorInfo&,
                                             std::string_view base) const override {
    PackedParts parts(scan, base);
    const TensorInfo* const codes = parts.need(".W_q", {"U8", "I32"}, 2);
    const TensorInfo* const scales = parts.need(".scale", {"F16", "BF16", "F32"});
    const TensorInfo* const zeros = parts.need(".zero", {"F16", "BF16", "F32"});
    const std::vector<double> sizes = shapeOf(parts);
    if (!parts.sound()) return tl::unexpected(parts.error());
    const std::int64_t bits = stated(parts, ".nbits", "nbits"), axis = stated(parts, ".axis", "axis");
    parts.expect(bits == 8 || (bits >= 1 && bits <= 4), codes, "nbits of 8, 4, 3, 2 or 1 beside it");
    parts.expect((bits == 3) == (codes->type->name == "I32"), codes, bits == 3 ? "type I32" : "type U8");
    parts.expect(axis == 0 || axis == 1, codes, "an axis of 0 or 1 beside it");
    std::vector<std::uint64_t> shape;
    for (const double size : sizes)
      if (parts.expect(size > 0 && size < 0x1p40, codes, "sizes above 0 beside it"))
        shape.push_back(static_cast<std::uint64_t>(size));
    if (!parts.sound()) return tl::unexpected(parts.error());
    const auto elements = checkedProduct(shape);
    const std::uint64_t perWord = bits == 3 ? 10 : 8 / static_cast<std::uint64_t>(bits);
    const std::uint64_t columns = codes->shape[1];
    parts.expect(elements && columns > 0 && *elements % columns == 0 &&
                     divideRoundingUp(*elements / columns, perWord) == codes->shape[0],
                 codes, fmt::format("{} codes a word for the shape beside it", perWord));
    if (!parts.sound()) return tl::unexpected(parts.error());
    const std::uint64_t groups = axis == 1 ? *elements / columns : columns;
    parts.expectElements(scales, groups);
    parts.expectElements(zeros, groups);
    if (!parts.sound()) return tl::unexpected(parts.error());
    const ValueType type = typeOf(parts).value_or(*valueTypeOf(scales->type));
    takeMetadata(parts);
    if (!parts.sound()) return tl::unexpected(parts.error());

    const std::uint64_t groupSize = *elements / groups;
    PackedWeight found{.name = std::string(base) + ".weight",
                       .storedType = fmt::format("HQQ {}-bit", bits),
                       .title = fmt::format("HQQ, {} bits, groups of {} along axis {}", bits, groupSize, axis),
                       .shape = shape,
                       .type = type,
                       .parts = parts.indices(),
                       .decode = {},
                       .rows = 1,
                       .columns = *elements};
    const int top = bits == 3 ? 27 : 8 - static_cast<int>(bits);
    found.decode = Decoder{static_cast<int>(bits),
                           top,
                           codes->elements,
                           axis == 1,
                           columns,
                           type,
                           parts.source(codes),
                           parts.source(scales),
                           parts.source(zeros)};
    return found;
  }

 private:
  static std::optional<std::string_view> beside(const PackedParts& parts, std::string_view suffix) {
    return parts.scan().metadata(parts.base() + std::string(suffix));
  }

  /// The sizes of the weight, 1 to 4; none where they cannot be had, which is an error of `parts`.
  static std::vector<double> shapeOf(PackedParts& parts) {
    std::vector<double> sizes;
    if (const auto text = beside(parts, ".shape")) {
      const auto values = ConfigValues::parse(fmt::format("{{\"shape\": {}}}", *text));
      const auto stated = values ? values->integers("shape") : std::nullopt;
      if (stated) sizes.assign(stated->begin(), stated->end());
    } else if (const TensorInfo* const stored = parts.need(".shape", {"I64", "I32"}, 1);
               parts.sound() && parts.expect(stored->elements <= 4, stored, "1 to 4 sizes")) {
      sizes.resize(static_cast<std::size_t>(stored->elements));
      if (auto read = parts.source(stored).readDoubles(0, sizes); !read) parts.fail(read.error().message);
    }
    if (sizes.empty() || sizes.size() > 4) parts.fail("1 to 4 sizes of an HQQ weight expected beside its codes");
    return sizes;
  }

  /// Of the tensor that holds it, else of the metadata or the config; -1 if none has it.
  static std::int64_t stated(PackedParts& parts, std::string_view suffix, std::string_view member) {
    if (const TensorInfo* const tensor = parts.optional(suffix, {"I32", "I64", "U8", "I8"})) {
      if (!parts.expectElements(tensor, 1)) return -1;
      const auto value = parts.source(tensor).valueAt(0);
      if (!value) {
        parts.fail(value.error().message);
        return -1;
      }
      const bool isSmall = parts.expect(std::fabs(*value) < 0x1p53, tensor, "a number below 2^53");
      return isSmall ? static_cast<std::int64_t>(*value) : -1;
    }
    if (const auto text = beside(parts, suffix)) {
      std::int64_t value = -1;
      const auto parsed = std::from_chars(text->data(), text->data() + text->size(), value);
      return parsed.ptr == text->data() + text->size() ? value : -1;
    }
    return parts.scan()
        .integer(fmt::format("quant_config/weight_quant_params/{}", member))
        .value_or(parts.scan().integer(member).value_or(-1));
  }

  static std::optional<ValueType> typeOf(PackedParts& parts) {
    if (const auto text = beside(parts, ".compute_dtype")) return valueTypeOf(*text);
    const TensorInfo* const tensor = parts.optional(".compute_dtype", {"U8", "I8"}, 1);
    if (!tensor || !parts.expect(tensor->elements <= 64, tensor, "at most 64 bytes of text")) return std::nullopt;
    std::string text(static_cast<std::size_t>(tensor->elements), '\0');
    if (!parts.source(tensor).readBytes(0, tensor->elements, std::as_writable_bytes(std::span(text))))
      return std::nullopt;
    return valueTypeOf(text);
  }

  /// The rest of what describes the weight. Scales and zero points that are quantized themselves are not read.
  static void takeMetadata(PackedParts& parts) {
    for (const std::string_view flag : {".quant_zero", ".quant_scale", ".view_as_float"}) {
      if (beside(parts, flag).value_or("False") != "False")
        parts.fail(fmt::format("{} of an HQQ weight expected to be False", flag.substr(1)));
      if (const TensorInfo* const tensor = parts.optional(flag, {}); tensor && parts.expectElements(tensor, 1)) {
        const auto value = parts.source(tensor).valueAt(0);
        parts.expect(value && *value == 0, tensor, "a flag that is not set");
      }
    }
    for (const std::string_view suffix :
         {".group_size", ".channel_wise", ".encoded_state_dict", ".offload_meta", ".optimize", ".packing",
          ".round_zero", ".stores_quant_config", ".unpack_view_dtype"})
      parts.optional(suffix, {});
  }
};

}  // namespace

const PackedConvention& hqq_entry() {
  static const Hqq convention;
  return convention;
}

}  // namespace ulpscope
