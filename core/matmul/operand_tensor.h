// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/base/result.h"
#include "core/jobs/job.h"
#include "core/matmul/dense_matrix.h"
#include "core/matmul/matrix_product.h"
#include "core/tensor/tensor.h"

namespace ulpscope {

inline constexpr std::uint64_t kMostOperandElements = std::uint64_t{1} << 26;

/// How a tensor X becomes an operand of C = A B: A (m by K) or B (K by n), X itself or X^T. A layer computes x W^T: its
/// weight is B, transposed. X as a matrix: row = index of dimension 0, the other dimensions are columns, a vector is
/// one row.
struct OperandView {
  OperandSide side = OperandSide::A;
  bool isTransposed = false;

  friend bool operator==(const OperandView&, const OperandView&) = default;
};

struct OperandExtent {
  std::uint64_t vectors = 0;  ///< rows of A, or columns of B
  std::uint64_t k = 0;        ///< columns of A, or rows of B

  friend bool operator==(const OperandExtent&, const OperandExtent&) = default;
};

OperandExtent operandExtent(const TensorInfo& tensor, OperandView view);

/// Usage unless both have the same K; the sentence says what K each has, and what transposed would fit.
Result<> checkSameK(const OperandExtent& a, const OperandExtent& b);

/// The first `most` rows of A, or columns of B, 0 being all: a row of K elements each, as multiply() takes both.
/// LimitExceeded beyond kMostOperandElements, Usage for a tensor without elements; else what reading gives. Progress in
/// bytes. Precondition: the tensor is readable.
Result<DenseMatrix> readOperand(const TensorSource& source, OperandView view, std::uint64_t most,
                                const JobContext& job);

}  // namespace ulpscope
