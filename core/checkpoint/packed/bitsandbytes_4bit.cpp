// SPDX-License-Identifier: Apache-2.0
//
// bitsandbytes 4-bit (Params4bit), for a weight W of n elements in blocks of B that run across the ends of rows:
//   W                          U8 [ceil(n/2), 1], or those bytes as another type; the first of two codes in the high
//   half W.absmax                   F32 [ceil(n/B)], or U8 where it is itself quantized W.quant_map                F32
//   [16] W.quant_state.bitsandbytes__nf4, or __fp4    U8: JSON {quant_type, blocksize, dtype, shape, nested_...}
//   W.nested_absmax            F32 [ceil(blocks / nested_blocksize)]
//   W.nested_quant_map         F32 [256]
// value = table[code] * absmax, in float32, rounded to dtype; a nested absmax is
// nested_quant_map[code] * nested_absmax + nested_offset, each step in float32. The table is the library's own,
// whatever quant_map says (functional.py dequantize_4bit and backends/default/ops.py, 0.50.2).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/checkpoint/packed/packed_convention.h"
#include "core/formats/codebook_format.h"
#include "core/formats/number_format.h"

namespace ulpscope {
namespace {

constexpr std::uint64_t kMostState = 64 << 10;  ///< bytes of a quant_state; real ones have some 200

/// The values of a code book of 16 by code, as float32.
std::array<float, 16> tableOf(std::string_view format) {
  std::array<float, 16> table{};
  const auto& book = dynamic_cast<const CodebookFormat&>(*findFormat(format)).book();
  std::ranges::copy(book.values, table.begin());
  for (float& value : table) value += 0.0F;  // code 8 of FP4 is -0, which the library's table has as 0
  return table;
}

struct Nested {
  TensorSource absmax, map;
  std::uint64_t blockSize;
  float offset;
};

struct Decoder {
  std::array<float, 16> table;
  std::uint64_t blockSize;
  std::uint64_t storedBits;  ///< of an element of `codes`
  TensorSource codes, absmax;
  std::optional<Nested> nested;

  Result<> operator()(std::uint64_t, std::uint64_t first, std::span<float> values) const {
    const auto scales = readScales(first, values.size());
    if (!scales) return tl::unexpected(scales.error());
    const std::uint64_t perElement = storedBits / 4;
    const std::uint64_t begin = first / perElement, end = divideRoundingUp(first + values.size(), perElement);
    std::vector<std::byte> bytes(static_cast<std::size_t>((end - begin) * storedBits / 8));
    if (auto read = codes.readBytes(begin, end - begin, bytes); !read) return read;
    const std::uint64_t skipped = first - begin * perElement;
    const std::uint64_t firstBlock = first / blockSize;
    for (std::size_t i = 0; i < values.size();) {
      const auto block = static_cast<std::size_t>((first + i) / blockSize - firstBlock);
      const auto stop = static_cast<std::size_t>(
          std::min<std::uint64_t>(values.size(), (firstBlock + block + 1) * blockSize - first));
      const float scale = (*scales)[block];
      for (; i < stop; ++i) {
        const auto at = static_cast<std::size_t>(skipped) + i;
        const auto byte = static_cast<unsigned>(bytes[at / 2]);
        values[i] = table[at % 2 == 0 ? byte >> 4 : byte & 15u] * scale;
      }
    }
    return {};
  }

 private:
  Result<std::vector<float>> readScales(std::uint64_t first, std::uint64_t count) const {
    const std::uint64_t begin = first / blockSize, end = divideRoundingUp(first + count, blockSize);
    std::vector<float> scales(static_cast<std::size_t>(end - begin));
    if (auto read = readPart(absmax, begin, scales); !read) return tl::unexpected(read.error());
    if (!nested) return scales;
    std::array<float, 256> map{};
    if (auto read = readPart(nested->map, 0, map); !read) return tl::unexpected(read.error());
    const auto outer =
        readGroups(nested->absmax, 0, nested->absmax.info().elements, nested->blockSize, begin, end - begin);
    if (!outer) return tl::unexpected(outer.error());
    for (std::size_t i = 0; i < scales.size(); ++i) {
      const float product = map[static_cast<std::size_t>(scales[i])] * outer->at(begin + i);
      scales[i] = product + nested->offset;
    }
    return scales;
  }
};

constexpr std::array<std::string_view, 1> kMethods{"bitsandbytes"};
constexpr std::array<std::string_view, 2> kAnchors{".quant_state.bitsandbytes__nf4", ".quant_state.bitsandbytes__fp4"};

/// What the JSON says, once it fits the tensors.
struct State {
  std::vector<std::uint64_t> shape;
  std::uint64_t elements = 0;
  std::uint64_t blockSize = 0;
  std::uint64_t nestedBlockSize = 0;
  float offset = 0;
  ValueType type = ValueType::F32;
};

class Bitsandbytes4Bit final : public PackedConvention {
 public:
  std::string_view id() const override { return "bitsandbytes_4bit"; }
  std::string_view title() const override { return "bitsandbytes 4-bit"; }
  std::span<const std::string_view> methods() const override { return kMethods; }
  std::span<const std::string_view> anchors() const override { return kAnchors; }

  Result<std::optional<PackedWeight>> weight(const PackedScan& scan, const TensorInfo& anchor,
                                             std::string_view base) const override {
    const bool normal = anchor.name.ends_with("nf4");
    PackedParts parts(scan, base);
    const TensorInfo* const codes = parts.need("", {"U8", "I8", "F16", "BF16", "F32", "F64", "I16", "I32", "I64"});
    const TensorInfo* const absmax = parts.need(".absmax", {"F32", "U8", "F16", "BF16"}, 1);
    const TensorInfo* const map = parts.need(".quant_map", {"F32"}, 1);
    const TensorInfo* const stored =
        parts.need(normal ? ".quant_state.bitsandbytes__nf4" : ".quant_state.bitsandbytes__fp4", {"U8"}, 1);
    if (!parts.sound()) return tl::unexpected(parts.error());
    const bool isNested = absmax->type->name == "U8";
    const TensorInfo* const outer = isNested ? parts.need(".nested_absmax", {"F32"}, 1) : nullptr;
    const TensorInfo* const outerMap = isNested ? parts.need(".nested_quant_map", {"F32"}, 1) : nullptr;
    const auto state = stateOf(parts, *stored, isNested);
    if (!state) return tl::unexpected(state.error());

    const auto bits = static_cast<std::uint64_t>(codes->type->bits);
    parts.expectElements(codes, divideRoundingUp(state->elements, bits / 4));
    parts.expectElements(absmax, divideRoundingUp(state->elements, state->blockSize));
    parts.expectElements(map, 16);
    if (isNested && parts.sound()) {
      parts.expectElements(outer, divideRoundingUp(absmax->elements, state->nestedBlockSize));
      parts.expectElements(outerMap, 256);
    }
    if (!parts.sound()) return tl::unexpected(parts.error());

    PackedWeight found{
        .name = std::string(base),
        .storedType = normal ? "bnb NF4" : "bnb FP4",
        .title = fmt::format("bitsandbytes {}, blocks of {}{}", normal ? "NF4" : "FP4", state->blockSize,
                             isNested ? fmt::format(", scales in 8 bits by {}", state->nestedBlockSize) : ""),
        .shape = state->shape,
        .type = state->type,
        .parts = parts.indices(),
        .decode = {},
        .rows = 1,
        .columns = state->elements};
    Decoder decoder{
        tableOf(normal ? "nf4" : "bnb_fp4"), state->blockSize, bits, parts.source(codes), parts.source(absmax), {}};
    std::array<float, 16> own{};
    if (auto read = readPart(parts.source(map), 0, own); !read) return tl::unexpected(read.error());
    if (own != decoder.table)
      found.remark = "Its quant_map is not the library's table, by which it is decoded all the same.";
    if (isNested)
      decoder.nested = Nested{parts.source(outer), parts.source(outerMap), state->nestedBlockSize, state->offset};
    found.decode = std::move(decoder);
    return found;
  }

 private:
  static Result<State> stateOf(PackedParts& parts, const TensorInfo& stored, bool isNested) {
    if (!parts.expect(stored.elements <= kMostState, &stored, fmt::format("at most {} bytes of JSON", kMostState)))
      return tl::unexpected(parts.error());
    if (!parts.sound()) return tl::unexpected(parts.error());
    std::string text(static_cast<std::size_t>(stored.elements), '\0');
    if (auto read = parts.source(&stored).readBytes(0, stored.elements, std::as_writable_bytes(std::span(text))); !read)
      return tl::unexpected(read.error());
    auto json = ConfigValues::parse(text);
    if (!json) {
      json.error().subject = stored.name;
      return tl::unexpected(std::move(json.error()));
    }
    State state;
    const auto dimensions = json->integers("shape");
    const auto positive = [&](std::string_view member) {
      const std::int64_t value = json->integer(member).value_or(0);
      return static_cast<std::uint64_t>(std::max<std::int64_t>(value, 0));
    };
    const auto type = valueTypeOf(json->text("dtype").value_or(""));
    state.blockSize = positive("blocksize");
    state.nestedBlockSize = positive("nested_blocksize");
    state.offset = static_cast<float>(json->number("nested_offset").value_or(0));
    parts.expect(dimensions.has_value() && std::ranges::all_of(*dimensions, [](std::int64_t d) { return d >= 0; }),
                 &stored, "a shape in its JSON");
    parts.expect(type.has_value(), &stored, "a dtype of float16, bfloat16 or float32 in its JSON");
    parts.expect(state.blockSize > 0, &stored, "a blocksize in its JSON");
    parts.expect(!isNested || (state.nestedBlockSize > 0 && json->has("nested_offset")), &stored,
                 "a nested_blocksize and nested_offset in its JSON");
    if (!parts.sound()) return tl::unexpected(parts.error());
    state.shape.assign(dimensions->begin(), dimensions->end());
    state.type = *type;
    const auto elements = checkedProduct(state.shape);
    parts.expect(elements && *elements > 0 && *elements < std::uint64_t{1} << 60, &stored,
                 "a shape of elements that can be");
    if (!parts.sound()) return tl::unexpected(parts.error());
    state.elements = *elements;
    return state;
  }
};

}  // namespace

const PackedConvention& bitsandbytes_4bit_entry() {
  static const Bitsandbytes4Bit convention;
  return convention;
}

}  // namespace ulpscope
