// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/analysis/error_metrics.h"
#include "core/analysis/histogram.h"
#include "core/base/result.h"
#include "core/jobs/job.h"
#include "core/tensor/tensor.h"

namespace ulpscope {

struct TensorProfile;

/// How a tensor of one checkpoint stands to the one of that name in another.
enum class DiffState : std::uint8_t {
  Identical,  ///< one type, one shape, and every element the same code
  Changed,    ///< one type and shape, elements differ
  Missing,    ///< only in the first
  Extra,      ///< only in the second
  Shape,      ///< shapes differ; nothing is compared
  Type,       ///< stored as different types; values are compared
  Unread      ///< the elements of one of them, or of both, cannot be read
};
inline constexpr std::size_t kDiffStates = 7;
/// "identical", "changed", "missing", "extra", "shape", "dtype", "unread".
std::string_view idOf(DiffState state);

struct TensorDiff {
  std::string name;  ///< in the first checkpoint; of an extra one, its name after renaming
  DiffState state = DiffState::Identical;
  std::optional<std::size_t> first = {}, second = {};  ///< indices into the tensors of each checkpoint
  /// Elements that differ: in code where the types are the same, else in value. Not a number equals any other such,
  /// and zeros are equal.
  std::uint64_t different = 0;
  std::optional<std::uint64_t> firstDifferent = {};  ///< index of the first of them
  /// Of the second's values against the first's, without percentiles; where values were compared and differ.
  std::optional<ErrorMetrics> metrics = {};
  std::string remark = {};  ///< why nothing was compared
};

/// Two tensors, element by element; name and indices are left to the caller. Where shapes differ nothing is compared.
/// Progress in bytes of the first. Fails where a file cannot be read or has changed.
Result<TensorDiff> diffTensors(const TensorSource& first, const TensorSource& second, const JobContext& job);

/// What two tensors look like beside each other.
struct TensorComparison {
  TensorDiff diff;
  Histogram first, second;  ///< of their finite values, in the same equal bins over the range of both
  Histogram differences;    ///< second - first where both are finite, around zero; empty where nothing was measured
};

/// Progress in bytes of each reading.
Result<TensorComparison> compareTensors(const TensorSource& first, const TensorProfile& firstProfile,
                                        const TensorSource& second, const TensorProfile& secondProfile,
                                        const JobContext& job);

}  // namespace ulpscope
