// SPDX-License-Identifier: Apache-2.0
//
// GPTQ (AutoGPTQ, GPTQModel, AutoRound's auto_gptq): for a weight [out, in] of b-bit codes in G groups along `in`
//   X.qweight I32 [in*b/32, out]   codes of one output column after the other, packed down the rows
//   X.qzeros  I32 [G, out*b/32]    zero points, packed along the row; v1 stores them less one, v2 as they are
//   X.scales  F16 [G, out]         or BF16, F32
//   X.g_idx   I32 [in]             the group of each input; in act-order it jumps, absent it is i / group_size
// weight[o][i] = scales[g][o] * (code - zero[g][o]), rounded to the type of the scales.
//
// Codes of 2, 4 and 8 bits fill words of 32 bits from the low end; so do those of 3 bits through three words, where a
// code may straddle two. 5, 6 and 7 bits (and any width under checkpoint_format "gptq_p") are planar: 32 codes fill b
// words, first the words of the plane of low bits (4, or 2 of three bits), then those of the planes of 2 and 1 bits;
// zero points are stored as in v2.
//
// Zero points of v1 wrap: a stored 2^b - 1 stands for 0 in AutoGPTQ's qlinear_cuda_old.py (2, 4 and 8 bits) and
// GPTQModel's model_dequant.py. AutoGPTQ's qlinear_cuda.py, Triton and Marlin kernels do not mask the sum and read 2^b,
// which no quantizer makes: it clamps zero points to 0 .. 2^b - 1.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/checkpoint/packed/packed_convention.h"

namespace ulpscope {
namespace {

struct Plane {
  int width;
  int offset;  ///< of its lowest bit within the code
};

/// The planes of a code, low bits first; a single one where codes are not planar or fill words evenly.
std::vector<Plane> planesOf(int bits) {
  switch (bits) {
    case 3:
      return {{2, 0}, {1, 2}};
    case 5:
      return {{4, 0}, {1, 4}};
    case 6:
      return {{4, 0}, {2, 4}};
    case 7:
      return {{4, 0}, {2, 4}, {1, 6}};
    default:
      return {{bits, 0}};
  }
}

/// Codes along a run of words: 32 codes in `bits` words.
struct CodeLayout {
  int bits;
  bool planar;

  std::uint64_t wordsFor(std::uint64_t codes) const {
    return divideRoundingUp(codes * static_cast<std::uint64_t>(bits), 32);
  }

  /// Codes [first, first + out.size()) from the words of the blocks of 32 that hold them, the last of which may be cut.
  void unpack(std::span<const std::byte> words, std::uint64_t first, std::span<std::uint8_t> out) const {
    const auto skipped = first % 32;
    if (!planar) return unpackFields(words, skipped * static_cast<std::uint64_t>(bits), bits, out);
    std::ranges::fill(out, std::uint8_t{0});
    const std::uint64_t blockBytes = 4 * static_cast<std::uint64_t>(bits);
    std::uint64_t planeByte = 0;
    for (const auto [width, offset] : planesOf(bits)) {
      std::array<std::uint8_t, 32> fields{};
      for (std::uint64_t at = 0; at < out.size();) {
        const std::uint64_t code = skipped + at;
        const std::uint64_t count = std::min<std::uint64_t>(32 - code % 32, out.size() - at);
        const std::span<std::uint8_t> run = std::span(fields).first(static_cast<std::size_t>(count));
        unpackFields(words.subspan(static_cast<std::size_t>(code / 32 * blockBytes + planeByte)),
                     code % 32 * static_cast<std::uint64_t>(width), width, run);
        for (std::size_t i = 0; i < run.size(); ++i)
          out[static_cast<std::size_t>(at) + i] |= static_cast<std::uint8_t>(run[i] << offset);
        at += count;
      }
      planeByte += 4 * static_cast<std::uint64_t>(width);
    }
  }
};

/// A weight whose parts fit each other.
struct Gptq {
  CodeLayout layout;
  std::uint64_t in = 0, out = 0, groups = 0;
  std::uint64_t groupSize = 0;  ///< where there is no g_idx
  bool storedLessOne = true;    ///< v1
  ValueType type = ValueType::F16;
};

/// The zero point of `column` in each group. Words of a row of qzeros that hold it lie within one block of 32 codes.
Result<std::vector<float>> readZeros(const Gptq& weight, const std::vector<ColumnReader>& words, std::uint64_t column) {
  const auto bits = static_cast<std::uint64_t>(weight.layout.bits);
  const std::uint64_t firstWord = column / 32 * bits;
  const std::uint64_t count = std::min(bits, weight.layout.wordsFor(weight.out) - firstWord);
  std::vector<std::uint32_t> block(static_cast<std::size_t>(weight.groups * bits), 0);
  std::vector<std::uint32_t> down(static_cast<std::size_t>(weight.groups));
  // Only the words that the code touches: one or two of those that are not planar.
  const std::uint64_t firstBit = column % 32 * bits;
  for (std::uint64_t word = 0; word < count; ++word) {
    if (!weight.layout.planar && (word < firstBit / 32 || word > (firstBit + bits - 1) / 32)) continue;
    if (auto read = words.front().read(firstWord + word, 0, std::as_writable_bytes(std::span(down))); !read)
      return tl::unexpected(read.error());
    for (std::uint64_t group = 0; group < weight.groups; ++group)
      block[static_cast<std::size_t>(group * bits + word)] = down[static_cast<std::size_t>(group)];
  }
  std::vector<float> zeros(static_cast<std::size_t>(weight.groups));
  const auto mask = static_cast<unsigned>((1u << bits) - 1);
  for (std::size_t group = 0; group < zeros.size(); ++group) {
    std::uint8_t zero = 0;
    weight.layout.unpack(
        std::as_bytes(std::span(block).subspan(group * static_cast<std::size_t>(bits), static_cast<std::size_t>(bits))),
        column, {&zero, 1});
    zeros[group] = static_cast<float>(weight.storedLessOne ? (zero + 1u) & mask : zero);
  }
  return zeros;
}

class GptqDecoder {
 public:
  GptqDecoder(Gptq weight, ColumnReader codes, ColumnReader zeros, ColumnReader scales,
              std::optional<TensorSource> groupOf)
      : m_weight(weight),
        m_codes(std::move(codes)),
        m_zeros{std::move(zeros)},
        m_scales(std::move(scales)),
        m_groupOf(std::move(groupOf)) {}

  Result<> operator()(std::uint64_t row, std::uint64_t column, std::span<float> values) const {
    std::vector<std::uint8_t> codes(values.size());
    if (auto done = readCodes(row, column, codes); !done) return done;
    std::vector<float> scales(static_cast<std::size_t>(m_weight.groups));
    if (auto done = m_scales.readFloats(row, 0, scales); !done) return done;
    const auto zeros = readZeros(m_weight, m_zeros, row);
    if (!zeros) return tl::unexpected(zeros.error());
    if (m_groupOf) return decodeIndexed(column, codes, scales, *zeros, values);
    forEachGroup(column, values.size(), m_weight.groupSize, [&](std::size_t group, std::size_t begin, std::size_t end) {
      const float scale = scales[group], zero = (*zeros)[group];
      for (std::size_t i = begin; i < end; ++i) values[i] = scale * (static_cast<float>(codes[i]) - zero);
    });
    return {};
  }

 private:
  Result<> readCodes(std::uint64_t row, std::uint64_t column, std::span<std::uint8_t> codes) const {
    const auto bits = static_cast<std::uint64_t>(m_weight.layout.bits);
    const std::uint64_t firstWord = column / 32 * bits;
    const std::uint64_t lastBlock = (column + codes.size() - 1) / 32;
    const std::uint64_t end = std::min((lastBlock + 1) * bits, m_codes.rows());
    // A zero byte behind them: a field is looked for in two bytes.
    std::vector<std::byte> words(static_cast<std::size_t>((end - firstWord) * 4 + 1));
    if (auto read = m_codes.read(row, firstWord, std::span(words).first(words.size() - 1)); !read) return read;
    m_weight.layout.unpack(words, column, codes);
    return {};
  }

  Result<> decodeIndexed(std::uint64_t column, std::span<const std::uint8_t> codes, std::span<const float> scales,
                         std::span<const float> zeros, std::span<float> values) const {
    std::vector<double> groups(values.size());
    if (auto read = m_groupOf->readDoubles(column, groups); !read) return read;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!(groups[i] >= 0 && groups[i] < static_cast<double>(m_weight.groups)))
        return fail(Errc::Corrupt,
                    fmt::format("tensor {}: a group below {} expected for input {}, {} found",
                                inQuotes(m_groupOf->info().name), m_weight.groups, column + i, groups[i]));
      const auto group = static_cast<std::size_t>(groups[i]);
      values[i] = scales[group] * (static_cast<float>(codes[i]) - zeros[group]);
    }
    return {};
  }

  Gptq m_weight;
  ColumnReader m_codes;
  std::vector<ColumnReader> m_zeros;
  ColumnReader m_scales;
  std::optional<TensorSource> m_groupOf;
};

constexpr std::array<std::string_view, 4> kMethods{"gptq", "auto-round", "gptq_v2", "autoround"};
constexpr std::array<std::string_view, 1> kAnchors{".qweight"};

class GptqConvention final : public PackedConvention {
 public:
  std::string_view id() const override { return "gptq"; }
  std::string_view title() const override { return "GPTQ"; }
  std::span<const std::string_view> methods() const override { return kMethods; }
  std::span<const std::string_view> anchors() const override { return kAnchors; }

  Result<std::optional<PackedWeight>> weight(const PackedScan& scan, const TensorInfo& anchor,
                                             std::string_view base) const override {
    if (anchor.type && anchor.type->name == "I16") return std::nullopt;  // AWQ's tiles
    if (scan.quantMethod() == "awq") return std::nullopt;                // some of its shapes fit both
    PackedParts parts(scan, base);
    const TensorInfo* const qweight = parts.need(".qweight", {"I32", "U32"}, 2);
    const TensorInfo* const scales = parts.need(".scales", {"F16", "BF16", "F32"}, 2);
    if (parts.sound() && qweight->shape[1] != scales->shape[1]) return std::nullopt;  // AWQ and others
    const TensorInfo* const qzeros = parts.need(".qzeros", {"I32", "U32"}, 2);
    const TensorInfo* const groupOf = parts.optional(".g_idx", {"I32", "I64"}, 1);
    if (!parts.sound()) return tl::unexpected(parts.error());

    Gptq weight;
    weight.out = scales->shape[1];
    weight.groups = scales->shape[0];
    weight.type = *valueTypeOf(scales->type);
    weight.layout = layoutOf(parts, *qweight, *qzeros, *scales, groupOf);
    if (!parts.sound()) return tl::unexpected(parts.error());
    const auto bits = static_cast<std::uint64_t>(weight.layout.bits);
    weight.in = groupOf ? groupOf->elements : qweight->shape[0] * 32 / bits;
    if (!groupOf) weight.groupSize = groupSizeOf(parts, weight, *scales);
    parts.expect(weight.in > 0 && weight.out > 0 && weight.groups > 0, qweight, "at least one element");
    if (!parts.sound()) return tl::unexpected(parts.error());

    ColumnReader zeros(parts.source(qzeros), qzeros->shape[0], qzeros->shape[1], scan.tiles());
    const auto version = versionOf(scan, weight, parts.source(qzeros));
    if (!version) return tl::unexpected(version.error());
    weight.storedLessOne = version->storedLessOne;
    PackedWeight found{.name = std::string(base) + ".weight",
                       .storedType = fmt::format("GPTQ {}-bit", bits),
                       .title = titleOf(scan, weight, groupOf != nullptr),
                       .shape = {weight.out, weight.in},
                       .type = weight.type,
                       .parts = parts.indices(),
                       .decode = {},
                       .rows = weight.out,
                       .columns = weight.in,
                       .remark = version->remark};
    found.decode =
        GptqDecoder(weight, ColumnReader(parts.source(qweight), qweight->shape[0], qweight->shape[1], scan.tiles()),
                    std::move(zeros), ColumnReader(parts.source(scales), weight.groups, weight.out, scan.tiles()),
                    groupOf ? std::optional(parts.source(groupOf)) : std::nullopt);
    return found;
  }

 private:
  /// The width of the codes, from the shapes; the config's word decides only where several fit.
  static CodeLayout layoutOf(PackedParts& parts, const TensorInfo& qweight, const TensorInfo& qzeros,
                             const TensorInfo& scales, const TensorInfo* groupOf) {
    const PackedScan& scan = parts.scan();
    std::vector<int> fitting;
    for (int bits = 2; bits <= 8; ++bits) {
      const CodeLayout layout{bits, false};
      const auto most = static_cast<std::uint64_t>(bits);
      // Products of these cannot overflow: each is a dimension of a tensor whose bytes lie in a file.
      const bool fits = qzeros.shape[0] == scales.shape[0] && scales.shape[1] < std::uint64_t{1} << 56 &&
                        qzeros.shape[1] == layout.wordsFor(scales.shape[1]) &&
                        (groupOf ? groupOf->elements < std::uint64_t{1} << 56 &&
                                       qweight.shape[0] == layout.wordsFor(groupOf->elements)
                                 : qweight.shape[0] % (32 % most == 0 ? 1 : most) == 0);
      if (fits) fitting.push_back(bits);
    }
    const auto stated = scan.integer("bits");
    const bool statedFits = stated && std::ranges::find(fitting, *stated) != fitting.end();
    if (fitting.empty() || (fitting.size() > 1 && !statedFits)) {
      parts.expect(false, &qzeros,
                   fmt::format("zero points of 2 to 8 bits for scales {} and qweight {}", bracketed(scales.shape),
                               bracketed(qweight.shape)));
      return {};
    }
    const int bits = statedFits ? static_cast<int>(*stated) : fitting.front();
    const bool planar = bits == 5 || bits == 6 || bits == 7 || scan.text("checkpoint_format") == "gptq_p" ||
                        scan.text("format") == "gptq_p";
    return {bits, planar && planesOf(bits).size() > 1};
  }

  /// As the config says, if the number of groups agrees; else the inputs in equal parts.
  static std::uint64_t groupSizeOf(PackedParts& parts, const Gptq& weight, const TensorInfo& scales) {
    const std::int64_t stated = parts.scan().integer("group_size").value_or(0);
    if (weight.groups == 1) return weight.in;
    const auto size = static_cast<std::uint64_t>(std::max<std::int64_t>(stated, 0));
    if (size > 0 && divideRoundingUp(weight.in, size) == weight.groups) return size;
    if (weight.groups > 0 && weight.in % weight.groups == 0) return weight.in / weight.groups;
    parts.expect(false, &scales, fmt::format("scales for {} inputs in equal groups", weight.in));
    return 1;
  }

  struct Version {
    bool storedLessOne;
    std::string remark;
  };

  /// By the label, unless the zero points of the first group say otherwise: symmetric codes have 2^(b-1), which v1
  /// stores less one. Files of several releases of GPTQModel are labelled v1 but hold v2.
  static Result<Version> versionOf(const PackedScan& scan, const Gptq& weight, const TensorSource& qzeros) {
    const std::string label = scan.text("checkpoint_format");
    const bool labelledSecond = label == "gptq_v2" || label == "gptq_p";
    const std::uint64_t count = std::min<std::uint64_t>(weight.out, 64);
    std::vector<std::byte> words(
        static_cast<std::size_t>(std::min(divideRoundingUp(count, 32) * static_cast<std::uint64_t>(weight.layout.bits),
                                          weight.layout.wordsFor(weight.out)) *
                                     4 +
                                 1));
    if (auto read = qzeros.readBytes(0, (words.size() - 1) / 4, std::span(words).first(words.size() - 1)); !read)
      return tl::unexpected(read.error());
    std::vector<std::uint8_t> zeros(static_cast<std::size_t>(count));
    // A cut last block of planes is not looked at.
    if (weight.layout.planar) zeros.resize(zeros.size() / 32 * 32);
    weight.layout.unpack(words, 0, zeros);
    const auto middle = static_cast<std::uint8_t>(1u << (weight.layout.bits - 1));
    const auto all = [&](unsigned value) {
      return !zeros.empty() && std::ranges::all_of(zeros, [&](std::uint8_t zero) { return zero == value; });
    };
    const bool symmetric = scan.truth("sym").value_or(true);
    if (symmetric && !labelledSecond && all(middle))
      return Version{false, fmt::format("Labelled as GPTQ v1, but its zero points are those of v2 ({} for symmetric "
                                        "codes), as which it is decoded.",
                                        middle)};
    if (symmetric && labelledSecond && all(middle - 1u))
      return Version{true, fmt::format("Labelled as GPTQ v2, but its zero points are those of v1 ({} for symmetric "
                                       "codes), as which it is decoded.",
                                       middle - 1)};
    if (labelledSecond || scan.truth("sym").value_or(false) || all(middle - 1u)) return Version{!labelledSecond, {}};
    return Version{true, fmt::format("A stored zero point of {} stands for 0, as GPTQModel and AutoGPTQ's old CUDA "
                                     "kernel read it; kernels that do not wrap read {}.",
                                     2 * middle - 1, 2 * middle)};
  }

  static std::string titleOf(const PackedScan& scan, const Gptq& weight, bool indexed) {
    std::string title = fmt::format("GPTQ {}, {} bits{}", weight.storedLessOne ? "v1" : "v2", weight.layout.bits,
                                    weight.layout.planar ? " in planes" : "");
    const std::int64_t stated = scan.integer("group_size").value_or(0);
    const std::uint64_t size = !indexed                         ? weight.groupSize
                               : stated > 0                     ? static_cast<std::uint64_t>(stated)
                               : weight.in % weight.groups == 0 ? weight.in / weight.groups
                                                                : 0;
    if (weight.groups == 1)
      title += ", one group a row";
    else if (size > 0)
      title += fmt::format(", groups of {}", size);
    if (indexed && scan.truth("desc_act").value_or(false)) title += ", in act-order";
    return title;
  }
};

}  // namespace

const PackedConvention& gptq_entry() {
  static const GptqConvention convention;
  return convention;
}

}  // namespace ulpscope
