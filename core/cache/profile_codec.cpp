// SPDX-License-Identifier: Apache-2.0
#include "core/cache/profile_codec.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "core/analysis/code_table.h"
#include "core/base/checked.h"
#include "core/base/text.h"
#include "core/cache/byte_codec.h"

namespace ulpscope {
namespace {

constexpr std::uint64_t kSummaryVersion = 1;
constexpr std::uint64_t kProfileVersion = 2;  // 2: with ranges of blocks

void write(ByteWriter& out, const Statistics& s) {
  for (const std::uint64_t count : {s.count, s.finite, s.kinds.nan, s.kinds.positiveInfinity, s.kinds.negativeInfinity,
                                    s.kinds.zero, s.kinds.subnormal})
    out.number(count);
  for (const double value : {s.min, s.max, s.absMax, s.mean, s.standardDeviation, s.kurtosis}) out.real(value);
}

/// Whether they could be of `elements` values: what others build on, such as that there is a smallest value.
bool isPlausible(const Statistics& s, std::uint64_t elements) {
  const ValueCounts& kinds = s.kinds;
  const std::uint64_t all[]{s.finite, kinds.nan, kinds.positiveInfinity, kinds.negativeInfinity};
  std::uint64_t sum = 0;
  for (const std::uint64_t count : all) {
    const auto more = checkedAdd(sum, count);
    if (!more) return false;
    sum = *more;
  }
  if (s.count != elements || sum != elements || kinds.zero > s.finite || kinds.subnormal > s.finite - kinds.zero)
    return false;
  if (s.finite == 0) return std::isnan(s.min) && std::isnan(s.max) && std::isnan(s.absMax);
  return std::isfinite(s.min) && std::isfinite(s.max) && s.min <= s.max &&
         s.absMax == std::max(std::fabs(s.min), std::fabs(s.max));
}

Statistics readStatistics(ByteReader& in, std::uint64_t elements) {
  Statistics s;
  for (std::uint64_t* count : {&s.count, &s.finite, &s.kinds.nan, &s.kinds.positiveInfinity, &s.kinds.negativeInfinity,
                               &s.kinds.zero, &s.kinds.subnormal})
    *count = in.number();
  for (double* value : {&s.min, &s.max, &s.absMax, &s.mean, &s.standardDeviation, &s.kurtosis}) *value = in.real();
  if (!isPlausible(s, elements)) in.refuse();
  return s;
}

/// How many are not zero, and for each the zeros before it and its count.
void writeCounts(ByteWriter& out, std::span<const std::uint64_t> counts) {
  out.number(static_cast<std::uint64_t>(std::ranges::count_if(counts, [](auto count) { return count != 0; })));
  std::uint64_t zeros = 0;
  for (const std::uint64_t count : counts) {
    if (count == 0) {
      ++zeros;
      continue;
    }
    out.number(zeros);
    out.number(count);
    zeros = 0;
  }
}

/// `size` counts whose sum is `total`.
std::vector<std::uint64_t> readCounts(ByteReader& in, std::size_t size, std::uint64_t total) {
  std::vector<std::uint64_t> counts(size);
  std::size_t at = 0;
  for (std::uint64_t more = in.number(size); more > 0 && in.ok(); --more) {
    const std::uint64_t zeros = in.number();
    const std::uint64_t count = in.number(total);
    if (zeros >= size - at) {
      in.refuse();
      break;
    }
    at += static_cast<std::size_t>(zeros);
    counts[at++] = count;
    total -= count;
    if (at == size && more > 1) in.refuse();
  }
  if (total != 0) in.refuse();
  return counts;
}

/// All lowest bytes, then all second ones, and so on: those of one kind compress together, and the lower two of values
/// that are bfloat16 are all zero.
void writeMaxima(ByteWriter& out, std::span<const float> maxima) {
  out.number(maxima.size());
  for (int shift = 0; shift < 32; shift += 8)
    for (const float value : maxima) out.fixed(static_cast<std::uint8_t>(std::bit_cast<std::uint32_t>(value) >> shift));
}

/// Maxima of magnitudes, NaN left out: none is below zero.
std::vector<float> readMaxima(ByteReader& in, std::uint64_t size) {
  if (in.number() != size || size > in.left() / sizeof(float)) {
    in.refuse();
    return {};
  }
  const auto bytes = std::as_bytes(std::span(in.bytes(size * sizeof(float))));
  std::vector<float> maxima(static_cast<std::size_t>(size));
  for (std::size_t i = 0; i < maxima.size(); ++i) {
    std::uint32_t bits = 0;
    for (std::size_t byte = 0; byte < sizeof(float); ++byte)
      bits |= std::to_integer<std::uint32_t>(bytes[byte * maxima.size() + i]) << (8 * byte);
    maxima[i] = std::bit_cast<float>(bits);
    if (!(maxima[i] >= 0)) in.refuse();
  }
  return maxima;
}

void write(ByteWriter& out, const FoldedHistogram& folded) {
  out.fixed(static_cast<std::uint16_t>(folded.exponent));
  writeCounts(out, folded.counts);
}

/// The smallest and the largest value lie in the first and last bin that holds any.
bool spans(const FoldedHistogram& folded, const Statistics& s) {
  if (folded.exponent != FoldedHistogram::exponentFor(s.finite > 0 ? s.absMax : 0)) return false;
  if (s.finite == 0) return true;
  const auto isFilled = [](std::uint64_t count) { return count != 0; };
  const auto first = std::ranges::find_if(folded.counts, isFilled) - folded.counts.begin();
  const auto last = std::find_if(folded.counts.rbegin(), folded.counts.rend(), isFilled).base() - 1;
  return FoldedHistogram::binOf(s.min, folded.exponent) == static_cast<std::size_t>(first) &&
         FoldedHistogram::binOf(s.max, folded.exponent) == static_cast<std::size_t>(last - folded.counts.begin());
}

FoldedHistogram readFolded(ByteReader& in, const Statistics& statistics) {
  FoldedHistogram folded;
  folded.exponent = static_cast<std::int16_t>(in.fixed<std::uint16_t>());
  folded.counts = readCounts(in, FoldedHistogram::kBins, statistics.finite);
  if (in.ok() && !spans(folded, statistics)) in.refuse();
  return folded;
}

constexpr int kHighestOctave = 127;  ///< of a float

void write(ByteWriter& out, const BlockRange& range) {
  out.number(range.zero);
  out.number(range.notFinite);
  out.number(static_cast<std::uint64_t>(range.lowest - BlockRange::kSubnormalOctave));
  out.number(range.counts.size());
  writeCounts(out, range.counts);
}

BlockRange readBlockRange(ByteReader& in, std::uint64_t blocks) {
  BlockRange range;
  range.blocks = blocks;
  range.zero = in.number(blocks);
  range.notFinite = in.number(blocks - range.zero);
  const auto lowest = static_cast<int>(in.number(kHighestOctave - BlockRange::kSubnormalOctave));
  range.lowest = BlockRange::kSubnormalOctave + lowest;
  const auto octaves = in.number(static_cast<std::uint64_t>(kHighestOctave - range.lowest + 1));
  range.counts = readCounts(in, static_cast<std::size_t>(octaves), blocks - range.zero - range.notFinite);
  if (!range.counts.empty() && (range.counts.front() == 0 || range.counts.back() == 0)) in.refuse();
  return range;
}

BlockRanges readBlockRanges(ByteReader& in, const MatrixShape& matrix) {
  BlockRanges ranges;
  for (std::size_t which = 0; which < kBlockSizes.size(); ++which) {
    const std::uint64_t inARow = divideRoundingUp(matrix.columns, kBlockSizes[which]);
    ranges.bySize[which] = readBlockRange(in, inARow * matrix.rows);  // at most as many as there are elements
  }
  return ranges;
}

}  // namespace

std::string encodeSummary(const TensorSummary& summary) {
  ByteWriter out;
  out.number(kSummaryVersion);
  write(out, summary.statistics);
  out.number(summary.columns);
  out.number(summary.outlierColumns);
  for (const float height : summary.outline) out.real(height);
  return std::move(out).take();
}

std::optional<TensorSummary> decodeSummary(std::string_view bytes, const TensorInfo& tensor) {
  ByteReader in(bytes);
  if (in.number() != kSummaryVersion) return std::nullopt;
  TensorSummary summary;
  summary.statistics = readStatistics(in, tensor.elements);
  summary.columns = in.number();
  summary.outlierColumns = in.number(summary.columns);
  if (summary.columns != matrixShape(tensor.shape).columns) in.refuse();
  for (float& height : summary.outline) {
    height = in.shortReal();
    if (!(height >= 0 && height <= 1)) in.refuse();
  }
  return in.finished() ? std::optional(summary) : std::nullopt;
}

std::string encodeProfile(const TensorProfile& profile) {
  ByteWriter out;
  out.number(kProfileVersion);
  if (profile.codeCounts.empty()) {
    write(out, profile.statistics);
    write(out, profile.folded);
  } else {
    writeCounts(out, profile.codeCounts);
  }
  writeMaxima(out, profile.rowAbsMax);
  writeMaxima(out, profile.columnAbsMax);
  for (const BlockRange& range : profile.blockRanges.bySize) write(out, range);
  out.text(profile.backend);
  return std::move(out).take();
}

std::optional<TensorProfile> decodeProfile(std::string_view bytes, const TensorInfo& tensor) {
  ByteReader in(bytes);
  if (in.number() != kProfileVersion) return std::nullopt;
  TensorProfile profile;
  profile.matrix = matrixShape(tensor.shape);
  if (hasCodeTable(*tensor.type)) {
    const CodeTable& table = codeTable(*tensor.type);
    profile.codeCounts = readCounts(in, table.values.size(), tensor.elements);
    if (!in.ok()) return std::nullopt;
    auto [statistics, folded] = valuesCounted(table, profile.codeCounts);
    profile.statistics = statistics;
    profile.folded = std::move(folded);
  } else {
    profile.statistics = readStatistics(in, tensor.elements);
    profile.folded = readFolded(in, profile.statistics);
  }
  profile.rowAbsMax = readMaxima(in, profile.matrix.rows);
  profile.columnAbsMax = readMaxima(in, profile.matrix.columns);
  profile.blockRanges = readBlockRanges(in, profile.matrix);
  profile.backend = in.text();
  if (printable(profile.backend) != profile.backend) in.refuse();
  return in.finished() ? std::optional(std::move(profile)) : std::nullopt;
}

}  // namespace ulpscope
