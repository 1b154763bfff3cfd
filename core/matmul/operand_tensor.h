// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/base/result.h"
#include "core/jobs/job.h"
#include "core/matmul/dense_matrix.h"
#include "core/tensor/tensor.h"

namespace ulpscope {

inline constexpr std::uint64_t kMostOperandElements = std::uint64_t{1} << 26;

/// A tensor as an operand: row = index of dimension 0, the other dimensions are columns; a vector is one row. `rows`
/// and `columns` cut it to its first ones; 0 is all. LimitExceeded beyond kMostOperandElements, Unsupported for a
/// tensor that cannot be read; else what reading gives. Progress in bytes.
Result<DenseMatrix> readOperand(const TensorSource& source, std::uint64_t rows, std::uint64_t columns,
                                const JobContext& job);

}  // namespace ulpscope
