// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <functional>

#include "core/analysis/statistics.h"
#include "core/analysis/tensor_profile.h"
#include "core/base/result.h"
#include "core/checkpoint/checkpoint.h"
#include "core/jobs/job.h"

namespace ulpscope {

class Backend;

/// What the list of tensors shows of each: small enough to keep for every tensor of any checkpoint.
struct TensorSummary {
  static constexpr std::size_t kOutline = 24;

  Statistics statistics;
  std::uint64_t columns = 0;
  std::uint64_t outlierColumns = 0;       ///< by columnOutliers; of a vector none
  std::array<float, kOutline> outline{};  ///< histogram over [-absMax, absMax], highest bin 1; all 0 if there is none

  bool hasNonFinite() const { return statistics.finite != statistics.count; }
};

TensorSummary summarize(const TensorProfile& profile);

/// Profiles every readable tensor of a checkpoint, one read each, in file order; `found` is called on this thread after
/// each. Progress in bytes, a tensor at a time. Stops at the first error.
Result<> scanCheckpoint(const Checkpoint& checkpoint, const Backend& backend, const JobContext& job,
                        const std::function<void(std::size_t tensor, const TensorSummary& summary)>& found);

}  // namespace ulpscope
