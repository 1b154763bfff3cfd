// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/result.h"
#include "core/jobs/job.h"

namespace ulpscope {

class Backend;

/// The Hessian as GPTQ inverts it.
struct DampedInverse {
  std::vector<double> hessian;  ///< with what was added to its diagonal; row-major
  std::vector<float> inverse;   ///< U, upper triangular, with U^T U = the inverse of it
  double damp = 0;              ///< share of the mean of the diagonal that the last try added
};

/// Adds `damp` times the mean of the diagonal to it, and on top of that 0.0025 more of it a try as long as the Hessian
/// is not positive definite. Nothing where no share below 1 makes it so.
Result<std::optional<DampedInverse>> dampedInverse(std::vector<double> hessian, std::uint64_t columns, double damp,
                                                   const Backend& backend, const JobContext& job);

/// The diagonal, in float32 as the reference has it.
std::vector<float> diagonalOf(const std::vector<double>& hessian, std::uint64_t columns);

}  // namespace ulpscope
