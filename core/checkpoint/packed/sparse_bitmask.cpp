// SPDX-License-Identifier: Apache-2.0
//
// compressed-tensors "sparse-bitmask" and "sparse-24-bitmask", of a weight [rows, columns] of floats:
//   X.shape        I64 [2]
//   X.compressed   the values that are not zero, row after row; [rows, columns/2] where two of four are kept
//   X.bitmask      U8 [rows, ceil(columns/8)]  a bit for each element, the first in the low bit of its row's first byte
//   X.row_offsets  I64 [rows]                  where each row starts in the values; absent for two of four
#include <fmt/format.h>

#include <array>
#include <bit>
#include <utility>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/checkpoint/packed/packed_convention.h"

namespace ulpscope {
namespace {

struct Decoder {
  std::uint64_t maskBytes;  ///< a row
  std::uint64_t perRow;     ///< values of each row where there are no offsets
  TensorSource values, mask;
  std::optional<TensorSource> offsets;

  Result<> operator()(std::uint64_t row, std::uint64_t column, std::span<float> out) const {
    std::uint64_t next = row * perRow;
    if (offsets) {
      const auto start = offsets->valueAt(row);
      if (!start) return tl::unexpected(start.error());
      if (!(*start >= 0 && *start <= static_cast<double>(values.info().elements))) return outside(row, *start);
      next = static_cast<std::uint64_t>(*start);
    }
    const auto before = countBefore(row, column);
    if (!before) return tl::unexpected(before.error());
    next += *before;
    const std::uint64_t begin = column / 8, end = divideRoundingUp(column + out.size(), 8);
    std::vector<std::byte> bits(static_cast<std::size_t>(end - begin));
    if (auto read = mask.readBytes(row * maskBytes + begin, end - begin, bits); !read) return read;
    const auto isSet = [&](std::size_t i) {
      const std::uint64_t at = column - begin * 8 + i;
      return (static_cast<unsigned>(bits[static_cast<std::size_t>(at / 8)]) >> (at % 8) & 1u) != 0;
    };
    std::size_t count = 0;
    for (std::size_t i = 0; i < out.size(); ++i) count += isSet(i) ? 1 : 0;
    if (next > values.info().elements || count > values.info().elements - next)
      return outside(row, static_cast<double>(next + count));
    std::vector<float> present(count);
    if (auto read = readPart(values, next, present); !read) return read;
    std::size_t taken = 0;
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = isSet(i) ? present[taken++] : 0.0F;
    return {};
  }

 private:
  tl::unexpected<Error> outside(std::uint64_t row, double found) const {
    return fail(Errc::Corrupt, fmt::format("tensor {}: values up to {} expected in row {}, {} asked for",
                                           inQuotes(values.info().name), values.info().elements, row, found));
  }

  /// The set bits of a row before `column`, read in pieces.
  Result<std::uint64_t> countBefore(std::uint64_t row, std::uint64_t column) const {
    std::uint64_t count = 0;
    std::array<std::byte, 4096> piece{};
    for (std::uint64_t at = 0; at < divideRoundingUp(column, 8); at += piece.size()) {
      const std::uint64_t size = std::min<std::uint64_t>(piece.size(), divideRoundingUp(column, 8) - at);
      const std::span<std::byte> bytes = std::span(piece).first(static_cast<std::size_t>(size));
      if (auto read = mask.readBytes(row * maskBytes + at, size, bytes); !read) return tl::unexpected(read.error());
      for (std::size_t i = 0; i < bytes.size(); ++i) {
        auto byte = static_cast<unsigned>(bytes[i]);
        if ((at + i + 1) * 8 > column) byte &= (1u << (column % 8)) - 1;
        count += static_cast<std::uint64_t>(std::popcount(byte));
      }
    }
    return count;
  }
};

constexpr std::array<std::string_view, 1> kMethods{"compressed-tensors"};
constexpr std::array<std::string_view, 1> kAnchors{".bitmask"};

class SparseBitmask final : public PackedConvention {
 public:
  std::string_view id() const override { return "sparse_bitmask"; }
  std::string_view title() const override { return "sparse bitmask"; }
  std::span<const std::string_view> methods() const override { return kMethods; }
  std::span<const std::string_view> anchors() const override { return kAnchors; }

  Result<std::optional<PackedWeight>> weight(const PackedScan& scan, const TensorInfo&,
                                             std::string_view base) const override {
    PackedParts parts(scan, base);
    const TensorInfo* const values = parts.need(".compressed", {"F32", "F16", "BF16"});
    const TensorInfo* const mask = parts.need(".bitmask", {"U8"}, 2);
    const TensorInfo* const stored = parts.need(".shape", {"I64", "I32"}, 1);
    if (!parts.sound()) return tl::unexpected(parts.error());
    const bool twoOfFour = values->shape.size() == 2;
    const TensorInfo* const offsets = twoOfFour ? nullptr : parts.need(".row_offsets", {"I64", "I32"}, 1);
    const auto sizes = parts.matrixSizes(stored);
    if (!sizes) return tl::unexpected(sizes.error());
    const auto [rows, columns] = *sizes;
    parts.expectShape(mask, {rows, divideRoundingUp(columns, 8)});
    if (twoOfFour)
      parts.expectShape(values, {rows, columns / 2});
    else
      parts.expectElements(offsets, rows);
    if (!parts.sound()) return tl::unexpected(parts.error());
    PackedWeight found{.name = std::string(base) + ".weight",
                       .storedType = twoOfFour ? "sparse 2:4" : "sparse",
                       .title = fmt::format("compressed-tensors {}, a bit for each element",
                                            twoOfFour ? "sparse-24-bitmask" : "sparse-bitmask"),
                       .shape = {rows, columns},
                       .type = *valueTypeOf(values->type),
                       .parts = parts.indices(),
                       .decode = {},
                       .rows = rows,
                       .columns = columns};
    found.decode = Decoder{mask->shape[1], twoOfFour ? columns / 2 : 0, parts.source(values), parts.source(mask),
                           offsets ? std::optional(parts.source(offsets)) : std::nullopt};
    return found;
  }
};

}  // namespace

const PackedConvention& sparse_bitmask_entry() {
  static const SparseBitmask convention;
  return convention;
}

}  // namespace ulpscope
