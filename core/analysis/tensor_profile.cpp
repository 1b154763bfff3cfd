// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/tensor_profile.h"

#include <cmath>
#include <limits>

#include "core/analysis/code_table.h"
#include "core/analysis/tensor_batches.h"
#include "core/backend/backend.h"

namespace ulpscope {
namespace {

/// Largest magnitudes of rows and columns from runs of elements that may begin and end anywhere in a row.
class MaximaCollector {
 public:
  MaximaCollector(const MatrixShape& shape, const Backend& backend)
      : m_columns(shape.columns), m_rowMaxima(shape.rows), m_columnMaxima(shape.columns), m_backend(backend) {}

  Result<> add(std::uint64_t first, std::span<const float> values) {
    while (!values.empty()) {
      const std::uint64_t row = first / m_columns;
      const std::uint64_t column = first % m_columns;
      const bool wholeRows = column == 0 && values.size() >= m_columns;
      const std::uint64_t rows = wholeRows ? values.size() / m_columns : 1;
      const std::uint64_t width = wholeRows ? m_columns : std::min<std::uint64_t>(values.size(), m_columns - column);
      if (auto done = m_backend.absMaxima(values.first(rows * width), std::span(m_rowMaxima).subspan(row, rows),
                                          std::span(m_columnMaxima).subspan(column, width));
          !done)
        return done;
      first += rows * width;
      values = values.subspan(rows * width);
    }
    return {};
  }

  void moveTo(TensorProfile& profile) && {
    profile.rowAbsMax = std::move(m_rowMaxima);
    profile.columnAbsMax = std::move(m_columnMaxima);
  }

 private:
  std::uint64_t m_columns;
  std::vector<float> m_rowMaxima;
  std::vector<float> m_columnMaxima;
  const Backend& m_backend;
};

/// Types of up to 16 bits: the counts of their codes say it all.
Result<> profileCodes(const TensorSource& source, const Backend& backend, const JobContext& job, TensorProfile& profile,
                      MaximaCollector& maxima) {
  const ElementType& type = source.type();
  const CodeTable& table = codeTable(type);
  profile.codeCounts.resize(type.bits == 16 ? 65'536 : 256);
  // Of either width only one is used; 16-bit storage also holds the bytes of narrower elements, for its alignment.
  std::vector<std::uint16_t> storage;
  std::vector<std::uint8_t> unpacked;
  std::vector<float> values;
  const auto take = [&](std::uint64_t first, std::uint64_t count) -> Result<> {
    const std::uint64_t byteCount = byteSize(type, count).value_or(0);
    storage.resize((byteCount + 1) / 2);
    values.resize(count);
    const auto bytes = std::as_writable_bytes(std::span(storage)).first(byteCount);
    if (auto read = source.readBytes(first, count, bytes); !read) return read;
    Result<> counted;
    if (type.bits == 16) {
      counted = backend.countCodes(std::span<const std::uint16_t>(storage), profile.codeCounts);
    } else {
      unpacked.resize(count);
      if (type.bits == 8)
        std::copy_n(reinterpret_cast<const std::uint8_t*>(bytes.data()), count, unpacked.begin());
      else
        unpackCodes(type, bytes, unpacked);
      counted = backend.countCodes(std::span<const std::uint8_t>(unpacked), profile.codeCounts);
    }
    if (!counted) return counted;
    if (auto decoded = backend.decode(type, bytes, values); !decoded) return decoded;
    return maxima.add(first, values);
  };
  if (auto done = inBatches(source, job, take); !done) return done;
  profile.codeCounts.resize(table.values.size());
  profile.statistics = statisticsOf(table, profile.codeCounts);
  profile.folded = foldedHistogramOf(table, profile.codeCounts);
  return {};
}

/// float32, the one wider type whose values all are floats.
Result<> profileFloats(const TensorSource& source, const Backend& backend, const JobContext& job,
                       TensorProfile& profile, MaximaCollector& maxima) {
  ProfileAccumulator total;
  std::vector<float> values;
  const auto take = [&](std::uint64_t first, std::uint64_t count) -> Result<> {
    values.resize(count);
    if (auto read = source.readFloats(first, values, backend); !read) return read;
    if (auto done = backend.profile(values, std::numeric_limits<float>::min(), total); !done) return done;
    return maxima.add(first, values);
  };
  if (auto done = inBatches(source, job, take); !done) return done;
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
Result<> profileWide(const TensorSource& source, const JobContext& job, TensorProfile& profile,
                     MaximaCollector& maxima) {
  WideAccumulator total(source.type().format != nullptr);
  std::vector<double> values;
  std::vector<float> floats;
  const auto take = [&](std::uint64_t first, std::uint64_t count) -> Result<> {
    values.resize(count);
    if (auto read = source.readDoubles(first, values); !read) return read;
    total.add(values);
    floats.assign(values.begin(), values.end());
    return maxima.add(first, floats);
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
  profile.backend = backend.description();
  MaximaCollector maxima(profile.matrix, backend);
  auto done = hasCodeTable(type)  ? profileCodes(source, backend, job, profile, maxima)
              : type.exactAsFloat ? profileFloats(source, backend, job, profile, maxima)
                                  : profileWide(source, job, profile, maxima);
  if (!done) return tl::unexpected(std::move(done).error());
  std::move(maxima).moveTo(profile);
  return profile;
}

}  // namespace ulpscope
