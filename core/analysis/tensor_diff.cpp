// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/tensor_diff.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include "core/analysis/tensor_batches.h"
#include "core/analysis/tensor_profile.h"

namespace ulpscope {
namespace {

/// Rice's rule: few elements in many bins would be a comb.
std::size_t binsFor(std::uint64_t elements) {
  return std::clamp<std::size_t>(static_cast<std::size_t>(2 * std::cbrt(static_cast<double>(elements))), 32, 256);
}

bool differ(double a, double b) { return a != b && !(std::isnan(a) && std::isnan(b)); }

void note(TensorDiff& diff, std::uint64_t element) {
  if (diff.different++ == 0) diff.firstDifferent = element;
}

/// Two tensors of one type and shape, code by code.
Result<> compareCodes(const TensorSource& a, const TensorSource& b, const JobContext& job, TensorDiff& diff) {
  std::vector<std::byte> left, right;
  return inBatches(a, job, [&](std::uint64_t first, std::uint64_t count) -> Result<> {
    left.resize(byteSize(a.type(), count).value_or(0));
    right.resize(left.size());
    if (auto read = a.readBytes(first, count, left); !read) return read;
    if (auto read = b.readBytes(first, count, right); !read) return read;
    if (std::memcmp(left.data(), right.data(), left.size()) == 0) return {};
    for (std::uint64_t i = 0; i < count; ++i)
      if (elementCode(a.type(), left, i) != elementCode(a.type(), right, i)) note(diff, first + i);
    return {};
  });
}

/// Their values, of whatever types; `isCounted` where the codes were compared before.
Result<> compareValues(const TensorSource& a, const TensorSource& b, const JobContext& job, bool isCounted,
                       TensorDiff& diff) {
  ErrorAccumulator errors;
  std::vector<double> left, right;
  auto compared = inBatches(a, job, [&](std::uint64_t first, std::uint64_t count) -> Result<> {
    left.resize(count);
    right.resize(count);
    if (auto read = a.readDoubles(first, left); !read) return read;
    if (auto read = b.readDoubles(first, right); !read) return read;
    errors.add(left, right);
    for (std::uint64_t i = 0; !isCounted && i < count; ++i)
      if (differ(left[i], right[i])) note(diff, first + i);
    return {};
  });
  if (compared) diff.metrics = errors.metrics();
  return compared;
}

/// Of the differences, in equal bins over [-reach, reach].
Result<Histogram> differencesOf(const TensorSource& a, const TensorSource& b, double reach, const JobContext& job) {
  LinearBins bins(-reach, reach, binsFor(a.info().elements));
  std::vector<double> left, right;
  auto read = inBatches(a, job, [&](std::uint64_t first, std::uint64_t count) -> Result<> {
    left.resize(count);
    right.resize(count);
    if (auto done = a.readDoubles(first, left); !done) return done;
    if (auto done = b.readDoubles(first, right); !done) return done;
    for (std::uint64_t i = 0; i < count; ++i)
      if (std::isfinite(left[i]) && std::isfinite(right[i])) bins.add(right[i] - left[i]);
    return {};
  });
  if (!read) return tl::unexpected(std::move(read).error());
  return std::move(bins).take();
}

}  // namespace

std::string_view idOf(DiffState state) {
  constexpr std::array<std::string_view, kDiffStates> kIds{"identical", "changed", "missing", "extra",
                                                           "shape",     "dtype",   "unread"};
  return kIds[static_cast<std::size_t>(state)];
}

Result<TensorDiff> diffTensors(const TensorSource& first, const TensorSource& second, const JobContext& job) {
  TensorDiff diff;
  if (first.info().shape != second.info().shape) {
    diff.state = DiffState::Shape;
    return diff;
  }
  const bool isOneType = first.info().storedType == second.info().storedType && &first.type() == &second.type();
  diff.state = isOneType ? DiffState::Identical : DiffState::Type;
  Result<> compared;
  if (isOneType) {
    compared = compareCodes(first, second, job, diff);
    if (diff.different > 0) diff.state = DiffState::Changed;
  }
  if (compared && diff.state != DiffState::Identical) {
    const JobContext quiet{job.stop, nullptr};  // counted already
    compared = compareValues(first, second, isOneType ? quiet : job, isOneType, diff);
  }
  if (compared) compared = second.verifyUnchanged();
  if (!compared) return tl::unexpected(std::move(compared).error());
  return diff;
}

Result<TensorComparison> compareTensors(const TensorSource& first, const TensorProfile& firstProfile,
                                        const TensorSource& second, const TensorProfile& secondProfile,
                                        const JobContext& job) {
  auto diff = diffTensors(first, second, job);
  if (!diff) return tl::unexpected(std::move(diff).error());
  TensorComparison comparison{.diff = std::move(*diff), .first = {}, .second = {}, .differences = {}};
  const Statistics &a = firstProfile.statistics, &b = secondProfile.statistics;
  const double lower = std::fmin(a.min, b.min), upper = std::fmax(a.max, b.max);  // NaN where there is no value
  const std::size_t bins = binsFor(first.info().elements);
  if (lower <= upper && std::isfinite(upper - lower)) {
    auto counted = linearHistogram(first, firstProfile, lower, upper, bins, job);
    if (!counted) return tl::unexpected(std::move(counted).error());
    comparison.first = std::move(*counted);
    counted = linearHistogram(second, secondProfile, lower, upper, bins, job);
    if (!counted) return tl::unexpected(std::move(counted).error());
    comparison.second = std::move(*counted);
  }
  const auto& metrics = comparison.diff.metrics;
  if (!metrics || !(metrics->maxAbsoluteError > 0) || !std::isfinite(2 * metrics->maxAbsoluteError)) return comparison;
  auto differences = differencesOf(first, second, metrics->maxAbsoluteError, job);
  if (!differences) return tl::unexpected(std::move(differences).error());
  comparison.differences = std::move(*differences);
  return comparison;
}

}  // namespace ulpscope
