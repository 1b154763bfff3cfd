// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/tensor_profile.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "core/analysis/block_collector.h"
#include "core/analysis/code_table.h"
#include "core/analysis/maxima_collector.h"
#include "core/analysis/tensor_batches.h"
#include "core/analysis/tensor_pieces.h"
#include "core/backend/backend.h"

namespace ulpscope {
namespace {

constexpr std::uint64_t kChunk = ProfileAccumulator::kChunk;

/// What a run of elements is merged into, beside its counts and moments.
struct Collectors {
  MaximaCollector maxima;
  BlockCollector blocks;

  explicit Collectors(const MatrixShape& shape) : maxima(shape), blocks(shape) {}
};

/// A run of floats, added chunk by chunk.
class FloatRun {
 public:
  FloatRun(Collectors& to, std::uint64_t first, std::uint64_t count, const Backend& backend)
      : m_to(to), m_backend(backend), m_maxima(to.maxima, first, count), m_blocks(to.blocks) {}

  Result<> add(std::uint64_t first, std::span<const float> values) {
    if (auto done = m_maxima.add(first, values, m_backend); !done) return done;
    const auto count = [&](auto rows, std::uint64_t columns, BlockCounts& into) {
      return m_backend.countBlocks(rows, columns, into);
    };
    return m_blocks.add(first, values, count, magnitudeBits);
  }
  void merge() {
    m_to.maxima.merge(m_maxima);
    m_to.blocks.merge(m_blocks);
  }

 private:
  Collectors& m_to;
  const Backend& m_backend;
  MaximaCollector::Run<float> m_maxima;
  BlockCollector::Run m_blocks;
};

struct CodeScratch {
  std::vector<std::uint16_t> storage;  ///< of narrower elements the bytes, aligned for 16-bit ones
  std::vector<std::uint8_t> unpacked;
  std::vector<float> values;
  CodeCounts counts;
};

Result<> countPiece(const ElementType& type, const Backend& backend, std::span<const std::byte> bytes,
                    std::uint64_t count, CodeScratch& scratch) {
  scratch.counts.resize(type.bits == 16 ? 65'536 : 256);
  if (type.bits == 16) return backend.countCodes(std::span<const std::uint16_t>(scratch.storage), scratch.counts);
  scratch.unpacked.resize(count);
  if (type.bits == 8)
    std::copy_n(reinterpret_cast<const std::uint8_t*>(bytes.data()), count, scratch.unpacked.begin());
  else
    unpackCodes(type, bytes, scratch.unpacked);
  return backend.countCodes(std::span<const std::uint8_t>(scratch.unpacked), scratch.counts);
}

/// Types of up to 16 bits: the counts of their codes say it all, and the maxima of rows and columns often are codes.
Result<> profileCodes(const TensorSource& source, const Backend& backend, const JobContext& job, TensorProfile& profile,
                      Collectors& collectors) {
  const ElementType& type = source.type();
  const CodeTable& table = codeTable(type);
  ScratchPool<CodeScratch> pool;
  const auto decodedMaxima = [&](std::uint64_t first, std::uint64_t count, std::span<const std::byte> bytes,
                                 CodeScratch& scratch) -> Result<> {
    scratch.values.resize(kChunk);
    FloatRun run(collectors, first, count, backend);
    const auto decodeChunk = [&](std::uint64_t begin, std::uint64_t size) -> Result<> {
      const auto bits = static_cast<std::uint64_t>(type.bits);
      const auto values = std::span(scratch.values).first(size);
      const auto part = bytes.subspan(begin * bits / 8, byteSize(type, size).value_or(0));
      if (auto decoded = backend.decode(type, part, values); !decoded) return decoded;
      return run.add(first + begin, values);
    };
    if (auto done = forEachChunk(count, decodeChunk); !done) return done;
    run.merge();
    return {};
  };
  const auto raise = [&](auto codes, auto rows, auto columns) {
    return backend.absMaximaOfCodes(codes, *table.orderedUpTo, rows, columns);
  };
  const auto countBlocks = [&](auto codes, std::uint64_t columns, BlockCounts& into) {
    return backend.countBlocksOfCodes(codes, columns, *table.classes, into);
  };
  const auto valueOf = [&](std::uint16_t code) { return static_cast<float>(table.values[code]); };
  const auto bitsOf = [&](std::uint16_t code) { return magnitudeBits(valueOf(code)); };
  const auto codeMaxima = [&](std::uint64_t first, std::uint64_t count, const CodeScratch& scratch) -> Result<> {
    MaximaCollector::Run<std::uint16_t> maxima(collectors.maxima, first, count);
    BlockCollector::Run blocks(collectors.blocks);
    const auto addChunk = [&](std::uint64_t begin, std::uint64_t size) -> Result<> {
      const auto codes = std::span<const std::uint16_t>(scratch.storage).subspan(begin, size);
      if (auto done = maxima.add(first + begin, codes, raise); !done) return done;
      return blocks.add(first + begin, codes, countBlocks, bitsOf);
    };
    if (auto done = forEachChunk(count, addChunk); !done) return done;
    collectors.maxima.merge(maxima, valueOf);
    collectors.blocks.merge(blocks);
    return {};
  };
  const auto piece = [&](std::uint64_t first, std::uint64_t count, CodeScratch& scratch) -> Result<> {
    const std::uint64_t byteCount = byteSize(type, count).value_or(0);
    scratch.storage.resize((byteCount + 1) / 2);
    const auto bytes = std::as_writable_bytes(std::span(scratch.storage)).first(byteCount);
    if (auto read = source.readBytes(first, count, bytes); !read) return read;
    if (auto counted = countPiece(type, backend, bytes, count, scratch); !counted) return counted;
    return table.orderedUpTo ? codeMaxima(first, count, scratch) : decodedMaxima(first, count, bytes, scratch);
  };
  if (auto done = inParallelPieces(source, backend, job, pool, piece, [] {}); !done) return done;
  profile.codeCounts.resize(table.values.size());
  for (const auto& scratch : pool.all())
    for (std::size_t code = 0; code < std::min(profile.codeCounts.size(), scratch->counts.size()); ++code)
      profile.codeCounts[code] += scratch->counts[code];
  auto [statistics, folded] = valuesCounted(table, profile.codeCounts);
  profile.statistics = statistics;
  profile.folded = std::move(folded);
  return {};
}

/// float32, the one wider type whose values all are floats.
Result<> profileFloats(const TensorSource& source, const Backend& backend, const JobContext& job,
                       TensorProfile& profile, Collectors& collectors) {
  ProfileAccumulator total;
  std::array<std::vector<ProfileAccumulator>, kPiecesAtOnce> parts;  // merged in index order behind each batch
  ScratchPool<std::vector<float>> pool;
  const auto piece = [&](std::uint64_t first, std::uint64_t count, std::vector<float>& values) -> Result<> {
    std::vector<ProfileAccumulator>& part = parts[first / kPiece % kPiecesAtOnce];
    values.resize(count);
    if (auto read = source.readFloats(first, values, backend); !read) return read;
    FloatRun run(collectors, first, count, backend);
    const auto profileChunk = [&](std::uint64_t begin, std::uint64_t size) -> Result<> {
      const auto chunk = std::span<const float>(values).subspan(begin, size);
      if (auto done = backend.profile(chunk, std::numeric_limits<float>::min(), part.emplace_back()); !done)
        return done;
      return run.add(first + begin, chunk);
    };
    if (auto done = forEachChunk(count, profileChunk); !done) return done;
    run.merge();
    return {};
  };
  const auto mergeParts = [&] {
    for (std::vector<ProfileAccumulator>& part : parts) {
      for (const ProfileAccumulator& chunk : part) total.merge(chunk);
      part.clear();
    }
  };
  if (auto done = inParallelPieces(source, backend, job, pool, piece, mergeParts); !done) return done;
  profile.statistics = makeStatistics(source.info().elements, total.kinds, total.moments, total.min, total.max);
  profile.folded = std::move(total.histogram);
  return {};
}

/// What ProfileAccumulator is to floats, for doubles. Powers of doubles overflow and underflow where those of floats
/// cannot, so moments are those of the values times 2^-m_exponent, which brings the largest magnitude so far to
/// [0.5, 1). Values so small that their powers vanish beside it do not count in the moments either.
class WideAccumulator {
 public:
  explicit WideAccumulator(bool isFloat) : m_smallestNormal(isFloat ? std::numeric_limits<double>::min() : 0) {}

  void add(std::span<const double> values) {
    while (!values.empty()) {
      const std::size_t size = std::min(values.size(), ProfileAccumulator::kChunk);
      addChunk(values.first(size));
      values = values.subspan(size);
    }
  }
  Statistics statistics(std::uint64_t count) const {
    Statistics statistics = makeStatistics(count, m_kinds, m_moments, m_min, m_max);
    statistics.mean = std::ldexp(statistics.mean, m_exponent);
    statistics.standardDeviation = std::ldexp(statistics.standardDeviation, m_exponent);
    return statistics;
  }
  FoldedHistogram takeHistogram() && { return std::move(m_histogram); }

 private:
  void addChunk(std::span<const double> chunk) {
    std::uint64_t finite = 0;
    double absMax = 0;
    for (const double x : chunk) {
      if (!std::isfinite(x)) {
        addSpecial(x);
        continue;
      }
      if (x == 0)
        ++m_kinds.zero;
      else if (std::fabs(x) < m_smallestNormal)
        ++m_kinds.subnormal;
      m_min = std::min(m_min, x);
      m_max = std::max(m_max, x);
      absMax = std::max(absMax, std::fabs(x));
      ++finite;
    }
    if (finite == 0) return;
    raiseExponent(absMax);
    addMoments(chunk, finite);
    FoldedHistogram histogram;
    histogram.exponent = FoldedHistogram::exponentFor(absMax);
    for (const double x : chunk)
      if (std::isfinite(x)) ++histogram.counts[FoldedHistogram::binOf(x, histogram.exponent)];
    m_histogram.merge(histogram);
  }

  void raiseExponent(double absMax) {
    if (absMax == 0) return;
    int exponent = 0;
    std::frexp(absMax, &exponent);
    exponent = std::max(exponent, kSmallestExponent);
    if (exponent <= m_exponent) return;
    const int down = m_exponent - exponent;
    m_moments.mean = std::ldexp(m_moments.mean, down);
    m_moments.m2 = std::ldexp(m_moments.m2, 2 * down);
    m_moments.m3 = std::ldexp(m_moments.m3, 3 * down);
    m_moments.m4 = std::ldexp(m_moments.m4, 4 * down);
    m_exponent = exponent;
  }

  void addMoments(std::span<const double> chunk, std::uint64_t finite) {
    const double scale = std::ldexp(1.0, -m_exponent);
    const double shift = scale * Moments::chunkShift(chunk.front(), chunk[chunk.size() / 2], chunk.back());
    double s1 = 0, s2 = 0, s3 = 0, s4 = 0;
    for (const double x : chunk) {
      if (!std::isfinite(x)) continue;
      const double d = x * scale - shift;
      s1 += d;
      s2 += d * d;
      s3 += d * d * d;
      s4 += d * d * d * d;
    }
    m_moments.merge(Moments::fromShiftedSums(finite, shift, s1, s2, s3, s4));
  }

  void addSpecial(double x) {
    if (std::isnan(x))
      ++m_kinds.nan;
    else
      ++(x > 0 ? m_kinds.positiveInfinity : m_kinds.negativeInfinity);
  }

  static constexpr int kSmallestExponent = -1000;  // 2^1000 is a double, and so is 2^-1024 (a subnormal one)

  double m_smallestNormal;
  int m_exponent = kSmallestExponent;
  Moments m_moments;  // of the values times 2^-m_exponent
  ValueCounts m_kinds;
  double m_min = std::numeric_limits<double>::infinity();
  double m_max = -std::numeric_limits<double>::infinity();
  FoldedHistogram m_histogram;
};

/// float64 and wide integers, in double. Maxima beyond float's range become infinite.
Result<> profileWide(const TensorSource& source, const Backend& backend, const JobContext& job, TensorProfile& profile,
                     Collectors& collectors) {
  WideAccumulator total(source.type().format != nullptr);
  std::vector<double> values;
  std::vector<float> floats;
  const auto take = [&](std::uint64_t first, std::uint64_t count) -> Result<> {
    values.resize(count);
    if (auto read = source.readDoubles(first, values); !read) return read;
    total.add(values);
    floats.assign(values.begin(), values.end());
    FloatRun run(collectors, first, count, backend);
    if (auto done = run.add(first, floats); !done) return done;
    run.merge();
    return {};
  };
  if (auto done = inBatches(source, job, take); !done) return done;
  profile.statistics = total.statistics(source.info().elements);
  profile.folded = std::move(total).takeHistogram();
  return {};
}

}  // namespace

Result<TensorProfile> profileTensor(const TensorSource& source, const Backend& backend, const JobContext& job) {
  const ElementType& type = source.type();
  TensorProfile profile;
  profile.matrix = source.matrix();
  Collectors collectors(profile.matrix);
  auto done = hasCodeTable(type)  ? profileCodes(source, backend, job, profile, collectors)
              : type.exactAsFloat ? profileFloats(source, backend, job, profile, collectors)
                                  : profileWide(source, backend, job, profile, collectors);
  if (!done) return tl::unexpected(std::move(done).error());
  profile.backend = backend.description();  // which may have lost its device meanwhile
  std::move(collectors.maxima).moveTo(profile);
  profile.blockRanges = std::move(collectors.blocks).finish();
  return profile;
}

}  // namespace ulpscope
