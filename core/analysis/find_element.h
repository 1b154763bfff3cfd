// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>

#include "core/analysis/matrix_slice.h"
#include "core/analysis/tensor_profile.h"
#include "core/base/result.h"
#include "core/jobs/job.h"
#include "core/tensor/tensor.h"

namespace ulpscope {

/// The first element, in row-major order, with lower <= x <= upper; nullopt if there is none. What a click on a bar of
/// a histogram leads to. Progress in bytes.
Result<std::optional<std::uint64_t>> findInRange(const TensorSource& source, double lower, double upper,
                                                 const JobContext& job);

/// The first NaN, and the first infinity of either sign; nullopt where there is none.
struct NotFiniteElements {
  std::optional<std::uint64_t> nan = {};
  std::optional<std::uint64_t> infinity = {};
};
Result<NotFiniteElements> findNotFinite(const TensorSource& source, const JobContext& job);

/// The element of largest magnitude in a part of the matrix, the first of equal ones; NaN counts as larger than all.
/// What a click on a pooled cell of a heat map leads to. Precondition: the part is not empty and lies in the matrix.
Result<std::uint64_t> findLargest(const TensorSource& source, const MatrixSlice& matrix, const MatrixPart& part,
                                  const JobContext& job);
/// Of the tensor as matrixShape() flattens it.
Result<std::uint64_t> findLargest(const TensorSource& source, const MatrixPart& part, const JobContext& job);

}  // namespace ulpscope
