// SPDX-License-Identifier: Apache-2.0
//
// AWQ (AutoAWQ), codes of 4 bits, for a weight [out, in] in groups of g inputs. Two versions, told apart by their
// shapes:
//   gemm  X.qweight I32 [in, out/8], X.qzeros I32 [in/g, out/8], X.scales F16 [in/g, out]
//         a word holds eight outputs; from the low end those numbered 0 2 4 6 1 3 5 7
//   gemv  X.qweight I32 [out, in/8], X.qzeros I32 [out, w], X.scales F16 [out, 8*w]
//         a word holds eight inputs in order; w is the number of groups in words, with padding
// weight[o][i] = (code - zero) * scale, rounded to the type of the scales. (awq/utils/packing_utils.py,
// awq/modules/linear/gemv.py, AutoAWQ 0.2.9.)
//   gemv_fast  X.qweight I16 [out/4, in], X.qzeros F16 [w, out] (minus zero * scale), X.scales F16 [w, out]
//         four rows and 64 inputs in 64 words of four nibbles: within each 32 inputs k = 8a + 2b + c stands at
//         8b + 4c + a, and element f of the four rows of 64 in nibble f mod 4 of word f / 4 (gemv_fast.py)
// There weight[o][i] = code * scale + qzeros, in float32, rounded. llm-awq's own files are alike.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/checked.h"
#include "core/checkpoint/packed/packed_convention.h"

namespace ulpscope {
namespace {

/// Where output j of eight stands in a word, in nibbles from the low end: the inverse of 0 2 4 6 1 3 5 7.
constexpr std::array<unsigned, 8> kNibbleOf{0, 4, 1, 5, 2, 6, 3, 7};

struct GemmDecoder {
  std::uint64_t groupSize;
  std::uint64_t groups;
  ColumnReader codes, zeros, scales;

  Result<> operator()(std::uint64_t row, std::uint64_t column, std::span<float> values) const {
    const std::uint64_t firstGroup = column / groupSize;
    const auto count = static_cast<std::size_t>((column + values.size() - 1) / groupSize - firstGroup + 1);
    std::vector<float> scale(count);
    std::vector<std::uint32_t> zero(count);
    std::vector<std::uint32_t> words(values.size());
    if (auto read = scales.readFloats(row, firstGroup, scale); !read) return read;
    if (auto read = zeros.read(row / 8, firstGroup, std::as_writable_bytes(std::span(zero))); !read) return read;
    if (auto read = codes.read(row / 8, column, std::as_writable_bytes(std::span(words))); !read) return read;
    const unsigned shift = 4 * kNibbleOf[row % 8];
    forEachGroup(column, values.size(), groupSize, [&](std::size_t group, std::size_t begin, std::size_t end) {
      const float step = scale[group - firstGroup];
      const int offset = static_cast<int>(zero[group - firstGroup] >> shift & 15u);
      for (std::size_t i = begin; i < end; ++i)
        values[i] = static_cast<float>(static_cast<int>(words[i] >> shift & 15u) - offset) * step;
    });
    return {};
  }
};

struct FastDecoder {
  std::uint64_t in;
  std::uint64_t groupSize;
  TensorSource codes;
  ColumnReader shifts, scales;

  Result<> operator()(std::uint64_t row, std::uint64_t column, std::span<float> values) const {
    const std::uint64_t firstGroup = column / groupSize;
    const auto count = static_cast<std::size_t>((column + values.size() - 1) / groupSize - firstGroup + 1);
    std::vector<float> scale(count), shift(count);
    if (auto read = scales.readFloats(row, firstGroup, scale); !read) return read;
    if (auto read = shifts.readFloats(row, firstGroup, shift); !read) return read;
    const std::uint64_t first = column / 64 * 64, last = std::min((column + values.size() + 63) / 64 * 64, in);
    std::vector<std::uint16_t> words(static_cast<std::size_t>(last - first));
    if (auto read = codes.readBytes(row / 4 * in + first, last - first, std::as_writable_bytes(std::span(words)));
        !read)
      return read;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::uint64_t input = column + i, k = input % 32;
      const std::uint64_t place = input % 64 / 32 * 32 + k % 8 / 2 * 8 + k % 2 * 4 + k / 8;
      const std::uint64_t element = row % 4 * 64 + place;
      const unsigned word = words[static_cast<std::size_t>(input / 64 * 64 - first + element / 4)];
      const auto code = static_cast<float>(word >> (element % 4 * 4) & 15u);
      const auto group = static_cast<std::size_t>(input / groupSize - firstGroup);
      const float product = code * scale[group];
      values[i] = product + shift[group];
    }
    return {};
  }
};

struct GemvDecoder {
  std::uint64_t in;
  std::uint64_t groupSize;
  std::uint64_t scaleColumns;
  TensorSource codes, zeros, scales;

  Result<> operator()(std::uint64_t row, std::uint64_t column, std::span<float> values) const {
    const auto scale = readGroups(scales, row, scaleColumns, groupSize, column, values.size());
    if (!scale) return tl::unexpected(scale.error());
    const std::uint64_t zeroWords = scaleColumns / 8;
    std::vector<std::byte> zero(static_cast<std::size_t>(zeroWords) * 4);
    if (auto read = zeros.readBytes(row * zeroWords, zeroWords, zero); !read) return read;
    const std::uint64_t first = column / 8, last = (column + values.size() - 1) / 8;
    std::vector<std::byte> words(static_cast<std::size_t>(last - first + 1) * 4);
    if (auto read = codes.readBytes(row * (in / 8) + first, last - first + 1, words); !read) return read;
    std::vector<std::uint8_t> fields(values.size());
    unpackFields(words, column % 8 * 4, 4, fields);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto group = static_cast<std::size_t>((column + i) / groupSize);
      std::uint8_t offset = 0;
      unpackFields(zero, group * 4, 4, {&offset, 1});
      values[i] = static_cast<float>(fields[i] - offset) * scale->at(column + i);
    }
    return {};
  }
};

constexpr std::array<std::string_view, 1> kMethods{"awq"};
constexpr std::array<std::string_view, 1> kAnchors{".qweight"};

class AwqConvention final : public PackedConvention {
 public:
  std::string_view id() const override { return "awq"; }
  std::string_view title() const override { return "AWQ"; }
  std::span<const std::string_view> methods() const override { return kMethods; }
  std::span<const std::string_view> anchors() const override { return kAnchors; }

  Result<std::optional<PackedWeight>> weight(const PackedScan& scan, const TensorInfo& anchor,
                                             std::string_view base) const override {
    if (anchor.type && anchor.type->name == "I16") return fastWeight(scan, base);
    PackedParts parts(scan, base);
    const TensorInfo* const qweight = parts.need(".qweight", {"I32", "U32"}, 2);
    const TensorInfo* const qzeros = parts.need(".qzeros", {"I32", "U32"}, 2);
    const TensorInfo* const scales = parts.need(".scales", {"F16", "BF16", "F32"}, 2);
    if (!parts.sound() && scan.quantMethod() != "awq") return std::nullopt;  // GPTQ has said it
    if (!parts.sound()) return tl::unexpected(parts.error());
    const bool gemm = qweight->shape[1] == qzeros->shape[1] && qzeros->shape[0] == scales->shape[0] &&
                      scales->shape[1] % 8 == 0 && scales->shape[1] / 8 == qzeros->shape[1];
    const bool gemv = qweight->shape[0] == qzeros->shape[0] && qzeros->shape[0] == scales->shape[0] &&
                      scales->shape[1] % 8 == 0 && scales->shape[1] / 8 == qzeros->shape[1];
    if (!gemm && !gemv && qweight->shape[1] == scales->shape[1]) return std::nullopt;
    parts.expect(gemm || gemv, qweight, "a shape that fits its scales and zero points as gemm or gemv");
    parts.expect(qweight->elements > 0 && scales->elements > 0, qweight, "at least one element");
    if (!parts.sound()) return tl::unexpected(parts.error());
    // Both fit only a matrix that is as high as wide, in one group a word of zero points: then the config decides.
    const bool asGemv = gemv && (!gemm || scan.text("version") == "gemv");
    return asGemv ? gemvWeight(parts, base, *qweight, *qzeros, *scales)
                  : gemmWeight(parts, base, *qweight, *qzeros, *scales);
  }

 private:
  static Result<std::optional<PackedWeight>> fastWeight(const PackedScan& scan, std::string_view base) {
    PackedParts parts(scan, base);
    const TensorInfo* const qweight = parts.need(".qweight", {"I16"}, 2);
    const TensorInfo* const shifts = parts.need(".qzeros", {"F16", "BF16"}, 2);
    const TensorInfo* const scales = parts.need(".scales", {"F16", "BF16"}, 2);
    if (!parts.sound()) return tl::unexpected(parts.error());
    const std::uint64_t in = qweight->shape[1], out = scales->shape[1];
    const std::int64_t stated = scan.integer("group_size").value_or(128);
    const std::uint64_t size = stated > 0 ? static_cast<std::uint64_t>(stated) : std::max<std::uint64_t>(in, 1);
    parts.expectShape(shifts, scales->shape);
    parts.expect(out % 4 == 0 && qweight->shape[0] == out / 4 && in % 64 == 0 && qweight->elements > 0, qweight,
                 fmt::format("[outputs/4, inputs] for {} outputs", out));
    parts.expect(in % size == 0 && in / size <= scales->shape[0], scales,
                 fmt::format("scales for {} inputs in groups of {}", in, size));
    if (!parts.sound()) return tl::unexpected(parts.error());
    PackedWeight found = start(parts, base, "gemv_fast", out, in, size, *scales);
    found.decode = FastDecoder{in, size, parts.source(qweight),
                               ColumnReader(parts.source(shifts), scales->shape[0], out, scan.tiles()),
                               ColumnReader(parts.source(scales), scales->shape[0], out, scan.tiles())};
    return found;
  }

  static Result<std::optional<PackedWeight>> gemmWeight(PackedParts& parts, std::string_view base,
                                                        const TensorInfo& qweight, const TensorInfo& qzeros,
                                                        const TensorInfo& scales) {
    const std::uint64_t in = qweight.shape[0], out = scales.shape[1], groups = scales.shape[0];
    if (!parts.expect(in % groups == 0, &scales, fmt::format("scales for {} inputs in equal groups", in)))
      return tl::unexpected(parts.error());
    const auto& tiles = parts.scan().tiles();
    PackedWeight found = start(parts, base, "gemm", out, in, in / groups, scales);
    found.decode = GemmDecoder{in / groups, groups, ColumnReader(parts.source(&qweight), in, out / 8, tiles),
                               ColumnReader(parts.source(&qzeros), groups, out / 8, tiles),
                               ColumnReader(parts.source(&scales), groups, out, tiles)};
    return found;
  }

  static Result<std::optional<PackedWeight>> gemvWeight(PackedParts& parts, std::string_view base,
                                                        const TensorInfo& qweight, const TensorInfo& qzeros,
                                                        const TensorInfo& scales) {
    const std::uint64_t out = qweight.shape[0], in = qweight.shape[1] * 8;
    const std::int64_t stated = parts.scan().integer("group_size").value_or(128);
    const std::uint64_t size = stated > 0 ? static_cast<std::uint64_t>(stated) : in;
    if (!parts.expect(in % size == 0 && in / size <= scales.shape[1], &scales,
                      fmt::format("scales for {} inputs in groups of {}", in, size)))
      return tl::unexpected(parts.error());
    PackedWeight found = start(parts, base, "gemv", out, in, size, scales);
    found.decode =
        GemvDecoder{in, size, scales.shape[1], parts.source(&qweight), parts.source(&qzeros), parts.source(&scales)};
    return found;
  }

  static PackedWeight start(const PackedParts& parts, std::string_view base, std::string_view version,
                            std::uint64_t out, std::uint64_t in, std::uint64_t groupSize, const TensorInfo& scales) {
    return {.name = std::string(base) + ".weight",
            .storedType = "AWQ 4-bit",
            .title = fmt::format("AWQ {}, 4 bits, groups of {}", version, groupSize),
            .shape = {out, in},
            .type = *valueTypeOf(scales.type),
            .parts = parts.indices(),
            .decode = {},
            .rows = out,
            .columns = in};
  }
};

}  // namespace

const PackedConvention& awq_entry() {
  static const AwqConvention convention;
  return convention;
}

}  // namespace ulpscope
