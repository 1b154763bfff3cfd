// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/bulk_error.h"

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

namespace ulpscope {
namespace {

/// Magnitudes of floats are ordered as their bits are: two passes of counting find an order statistic.
constexpr int kLowBits = 15;
constexpr std::uint32_t kHighCodes = std::uint32_t{1} << (31 - kLowBits);
constexpr std::uint32_t kLowCodes = std::uint32_t{1} << kLowBits;

std::uint32_t magnitudeBits(float value) { return std::bit_cast<std::uint32_t>(value) & 0x7FFFFFFF; }

bool isIncluded(float x, float y) { return std::isfinite(x) && std::isfinite(y); }

/// The first code at which the running count reaches `rank`, which then is the rank within that code.
std::uint32_t codeAtRank(std::span<const std::uint64_t> counts, std::uint64_t& rank) {
  std::uint32_t code = 0;
  for (; counts[code] < rank; ++code) rank -= counts[code];
  return code;
}

/// The magnitude of the given rank, counted from 1. Precondition: so many pairs are included.
std::uint32_t magnitudeOfRank(std::span<const float> x, std::span<const float> y, std::uint64_t rank) {
  std::vector<std::uint64_t> counts(kHighCodes);
  for (std::size_t i = 0; i < x.size(); ++i)
    if (isIncluded(x[i], y[i])) ++counts[magnitudeBits(x[i]) >> kLowBits];
  const std::uint32_t high = codeAtRank(counts, rank);
  counts.assign(kLowCodes, 0);
  for (std::size_t i = 0; i < x.size(); ++i)
    if (isIncluded(x[i], y[i]) && magnitudeBits(x[i]) >> kLowBits == high)
      ++counts[magnitudeBits(x[i]) & (kLowCodes - 1)];
  return high << kLowBits | codeAtRank(counts, rank);
}

}  // namespace

BulkError measureBulkError(std::span<const float> x, std::span<const float> y) {
  BulkError bulk;
  std::uint64_t included = 0;
  for (std::size_t i = 0; i < x.size(); ++i) included += isIncluded(x[i], y[i]) ? 1 : 0;
  if (included == 0) {
    bulk.rootMeanSquaredError = std::numeric_limits<double>::quiet_NaN();
    return bulk;
  }
  const auto rank = static_cast<std::uint64_t>(std::ceil(BulkError::kShare * static_cast<double>(included)));
  const std::uint32_t largest = magnitudeOfRank(x, y, rank);
  bulk.threshold = std::bit_cast<float>(largest);
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!isIncluded(x[i], y[i]) || magnitudeBits(x[i]) > largest) continue;
    const double error = static_cast<double>(y[i]) - static_cast<double>(x[i]);
    sum += error * error;
    ++bulk.elements;
  }
  bulk.rootMeanSquaredError = std::sqrt(sum / static_cast<double>(bulk.elements));
  return bulk;
}

}  // namespace ulpscope
