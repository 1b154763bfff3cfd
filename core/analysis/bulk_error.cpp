// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/bulk_error.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <mutex>
#include <numeric>
#include <vector>

#include "core/backend/backend.h"
#include "core/base/checked.h"

namespace ulpscope {
namespace {

/// Magnitudes of floats are ordered as their bits are: two passes of counting find an order statistic.
constexpr int kLowBits = 15;
constexpr std::uint32_t kHighCodes = std::uint32_t{1} << (31 - kLowBits);
constexpr std::uint32_t kLowCodes = std::uint32_t{1} << kLowBits;
/// Pairs that one thread counts before it adds to what all have.
constexpr std::uint64_t kBatch = 1 << 20;
/// Pairs that are summed in order; the sums are added in order, too.
constexpr std::uint64_t kChunk = 65'536;

std::uint32_t magnitudeBits(float value) { return std::bit_cast<std::uint32_t>(value) & 0x7FFFFFFF; }

class Pairs {
 public:
  Pairs(std::span<const float> x, std::span<const float> y, const Backend& backend)
      : m_x(x), m_y(y), m_backend(backend) {}

  /// How many of the included magnitudes have each code; codeOf gives `codes` for those that are not asked for.
  template <class CodeOf>
  std::vector<std::uint64_t> count(std::uint32_t codes, CodeOf codeOf) const {
    std::mutex mutex;
    std::vector<std::uint64_t> all(codes);
    m_backend.forEach(divideRoundingUp(m_x.size(), kBatch), [&](std::size_t batch) {
      std::vector<std::uint32_t> counts(codes + std::size_t{1});
      each(batch * kBatch, kBatch, [&](float x, float) { ++counts[codeOf(magnitudeBits(x))]; });
      const std::scoped_lock lock(mutex);
      std::transform(all.begin(), all.end(), counts.begin(), all.begin(), std::plus<>());
    });
    return all;
  }

  /// Of the errors of those whose magnitude does not exceed `largest`.
  double squaredErrors(std::uint32_t largest) const {
    std::vector<double> sums(divideRoundingUp(m_x.size(), kChunk));
    m_backend.forEach(sums.size(), [&](std::size_t chunk) {
      double sum = 0;
      each(chunk * kChunk, kChunk, [&](float x, float y) {
        const double error = static_cast<double>(y) - static_cast<double>(x);
        sum += magnitudeBits(x) <= largest ? error * error : 0;
      });
      sums[chunk] = sum;
    });
    return std::accumulate(sums.begin(), sums.end(), 0.0);
  }

 private:
  template <class Take>
  void each(std::size_t first, std::uint64_t count, Take take) const {
    const std::size_t end = std::min<std::size_t>(m_x.size(), first + count);
    for (std::size_t i = first; i < end; ++i)
      if (std::isfinite(m_x[i]) && std::isfinite(m_y[i])) take(m_x[i], m_y[i]);
  }

  std::span<const float> m_x, m_y;
  const Backend& m_backend;
};

/// The first code at which the running count reaches `rank`, which then is the rank within that code.
std::uint32_t codeAtRank(std::span<const std::uint64_t> counts, std::uint64_t& rank) {
  std::uint32_t code = 0;
  for (; counts[code] < rank; ++code) rank -= counts[code];
  return code;
}

}  // namespace

BulkError measureBulkError(std::span<const float> x, std::span<const float> y, const Backend& backend) {
  const Pairs pairs(x, y, backend);
  const auto high = pairs.count(kHighCodes, [](std::uint32_t bits) { return bits >> kLowBits; });
  const std::uint64_t included = std::accumulate(high.begin(), high.end(), std::uint64_t{0});
  BulkError bulk;
  if (included == 0) {
    bulk.rootMeanSquaredError = std::numeric_limits<double>::quiet_NaN();
    return bulk;
  }
  // Counted from 1.
  auto rank = static_cast<std::uint64_t>(std::ceil(BulkError::kShare * static_cast<double>(included)));
  const std::uint32_t upper = codeAtRank(high, rank);
  const auto low = pairs.count(
      kLowCodes, [&](std::uint32_t bits) { return bits >> kLowBits == upper ? bits & (kLowCodes - 1) : kLowCodes; });
  const std::uint32_t lower = codeAtRank(low, rank);
  const std::uint32_t largest = upper << kLowBits | lower;
  bulk.threshold = std::bit_cast<float>(largest);
  bulk.elements = std::accumulate(low.begin(), low.begin() + lower + 1,
                                  std::accumulate(high.begin(), high.begin() + upper, std::uint64_t{0}));
  bulk.rootMeanSquaredError = std::sqrt(pairs.squaredErrors(largest) / static_cast<double>(bulk.elements));
  return bulk;
}

}  // namespace ulpscope
