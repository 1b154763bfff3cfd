// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/find_element.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

namespace ulpscope {
namespace {

constexpr std::uint64_t kChunk = 262'144;  ///< elements read at a time

/// Calls visit(index of the first value, values) over elements [first, first + count) until it returns false.
template <class Visit>
Result<> visitValues(const TensorSource& source, std::uint64_t first, std::uint64_t count, const JobContext& job,
                     Visit visit) {
  std::vector<double> values;
  const std::uint64_t end = first + count;
  for (std::uint64_t at = first; at < end; at += values.size()) {
    values.resize(std::min(kChunk, end - at));
    if (auto read = source.readDoubles(at, values); !read) return read;
    if (!visit(at, std::span<const double>(values))) return {};
    const std::uint64_t bits = values.size() * static_cast<std::uint64_t>(source.type().bits);
    if (auto going = job.step(bits / 8); !going) return going;
  }
  return {};
}

double magnitude(double value) { return std::isnan(value) ? std::numeric_limits<double>::infinity() : std::abs(value); }

}  // namespace

Result<std::optional<std::uint64_t>> findInRange(const TensorSource& source, double lower, double upper,
                                                 const JobContext& job) {
  job.expect(source.size());
  std::optional<std::uint64_t> found;
  const auto searched = visitValues(source, 0, source.info().elements, job, [&](std::uint64_t first, auto values) {
    const auto hit = std::ranges::find_if(values, [&](double x) { return x >= lower && x <= upper; });
    if (hit == values.end()) return true;
    found = first + static_cast<std::uint64_t>(hit - values.begin());
    return false;
  });
  if (!searched) return tl::unexpected(searched.error());
  return found;
}

Result<NotFiniteElements> findNotFinite(const TensorSource& source, const JobContext& job) {
  NotFiniteElements found;
  const auto searched = visitValues(source, 0, source.info().elements, job, [&](std::uint64_t first, auto values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!found.nan && std::isnan(values[i])) found.nan = first + i;
      if (!found.infinity && std::isinf(values[i])) found.infinity = first + i;
    }
    return !found.nan || !found.infinity;
  });
  if (!searched) return tl::unexpected(searched.error());
  return found;
}

Result<std::uint64_t> findLargest(const TensorSource& source, const MatrixPart& part, const JobContext& job) {
  return findLargest(source, wholeMatrix(source.info().shape), part, job);
}

Result<std::uint64_t> findLargest(const TensorSource& source, const MatrixSlice& matrix, const MatrixPart& part,
                                  const JobContext& job) {
  std::uint64_t best = matrix.elementAt(part.firstRow, part.firstColumn);
  double largest = -1;
  bool isNan = false;
  for (std::uint64_t row = part.firstRow; row < part.firstRow + part.rows; ++row) {
    const auto searched = visitValues(
        source, matrix.elementAt(row, part.firstColumn), part.columns, job, [&](std::uint64_t first, auto values) {
          for (std::size_t i = 0; i < values.size(); ++i) {
            const bool larger = magnitude(values[i]) > largest || (std::isnan(values[i]) && !isNan);
            if (!larger) continue;
            largest = magnitude(values[i]);
            isNan = std::isnan(values[i]);
            best = first + i;
          }
          return true;
        });
    if (!searched) return tl::unexpected(searched.error());
  }
  return best;
}

}  // namespace ulpscope
