// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/base/result.h"
#include "core/jobs/job.h"
#include "core/tensor/tensor.h"

namespace ulpscope {

/// Elements between two looks at the stop token: a few milliseconds of work. A multiple of the statistics' chunks of
/// 65,536, so that these do not depend on it, and of 8, so that packed elements start on a byte.
inline constexpr std::uint64_t kTensorBatch = 1 << 20;

/// Calls `take(first, count) -> Result<>` for the whole tensor in order, `batch` elements at a time (a multiple of 8,
/// so that packed elements start on a byte). Makes sure before and after that the file is still the one that was
/// opened, and counts the tensor's bytes as progress.
template <class Take>
Result<> inBatchesOf(std::uint64_t batch, const TensorSource& source, const JobContext& job, Take take) {
  if (auto unchanged = source.verifyUnchanged(); !unchanged) return unchanged;
  const std::uint64_t elements = source.info().elements;
  for (std::uint64_t first = 0; first < elements; first += batch) {
    const std::uint64_t count = std::min(batch, elements - first);
    if (auto taken = take(first, count); !taken) return taken;
    if (auto going = job.step(byteSize(source.type(), count).value_or(0)); !going) return going;
  }
  return source.verifyUnchanged();
}

template <class Take>
Result<> inBatches(const TensorSource& source, const JobContext& job, Take take) {
  return inBatchesOf(kTensorBatch, source, job, take);
}

/// The same with the elements as doubles: `take(span of const double)`.
template <class Take>
Result<> inBatchesOfDoubles(const TensorSource& source, const JobContext& job, Take take) {
  std::vector<double> values;
  return inBatches(source, job, [&](std::uint64_t first, std::uint64_t count) -> Result<> {
    values.resize(count);
    if (auto read = source.readDoubles(first, values); !read) return read;
    take(std::span<const double>(values));
    return {};
  });
}

}  // namespace ulpscope
