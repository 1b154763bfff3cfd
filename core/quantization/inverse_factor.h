// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/result.h"
#include "core/jobs/job.h"

namespace ulpscope {

class Backend;

/// The upper triangular U with U^T U = H^-1, row-major, rounded to float32; what GPTQ calls Hinv. Nothing where H is
/// not positive definite in double.
///
/// With J the reversal of rows and columns, J H J = L L^T gives H = (J L J) (J L J)^T with J L J upper triangular, and
/// so U = (J L J)^-1 = J L^-1 J: one factorization and one triangular inverse, both in double, instead of the two
/// factorizations and the whole inverse in float32 of the published routine.
/// `hessian` is symmetric, row-major, size * size, and is used up.
Result<std::optional<std::vector<float>>> upperFactorOfInverse(std::vector<double> hessian, std::uint64_t size,
                                                               const Backend& backend, const JobContext& job);

}  // namespace ulpscope
