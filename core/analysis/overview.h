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

/// Whether a failure to read one tensor leaves the others readable: what is wrong is in its own bytes.
bool concernsOneTensor(Errc code);

/// Whether scanCheckpoint reads it: a readable weight, not a part of one.
bool isScanned(const TensorInfo& tensor);

/// What scanCheckpoint reads: the bytes of all elements, after packed weights are unpacked.
std::uint64_t scannedBytes(const Checkpoint& checkpoint);

/// Profiles every readable tensor of a checkpoint, one read each, in file order; packed weights as what they decode to,
/// not their parts. `found` is called on this thread after each. Progress in bytes, a tensor at a time. A tensor that
/// fails by itself (concernsOneTensor) is passed over, and the first such error returned at the end; any other stops.
/// `wanted`: which of them; all where it is empty.
Result<> scanCheckpoint(const Checkpoint& checkpoint, const Backend& backend, const JobContext& job,
                        const std::function<void(std::size_t tensor, const TensorSummary& summary)>& found,
                        const std::function<bool(std::size_t tensor)>& wanted = {});

}  // namespace ulpscope
