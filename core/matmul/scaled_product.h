// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include "core/matmul/dot_trace.h"

#include "core/matmul/integer_product.h"
#include "core/matmul/matrix_product.h"

namespace ulpscope {

/// Sums of products of codes, row-major, by something else than core/matmul/integer_product.h.
using IntegerSums = std::function<Result<std::vector<std::int32_t>>(const IntegerRows& a, const IntegerRows& b)>;

/// multiply() of a unit with VectorScaling: bitsandbytes 0.50.2, backends/default/ops.py, as
/// core/formats/int8_vectors.h has it. Operands are rounded to binary16. Each row of A, and each column of B, becomes
/// integers round(x ((1 / m) 127)) with m its largest magnitude; of A, magnitudes of the threshold and more are left
/// out. Sums of products are exact in 32 bits, beyond which they wrap. c = binary16(float32(sum) (ma mb) 6.200124e-05).
///
/// Outlier columns of A hold a magnitude of the threshold or more. Their codes are zero; their binary16 numbers meet
/// the INT8 rows of B, restored and rounded to binary16, products and sums in float32 from left to right, and c becomes
/// binary16(c + that sum). m of B takes those rows in.
///
/// Elements that are not finite make their row NaN or infinite, as they do in the library.
///
/// `sums`, where it is given, adds the products of codes: what a device measures.
Result<MatrixProduct> multiplyScaled(const ProductSettings& settings, const DenseMatrix& a,
                                     const DenseMatrix& columnsOfB, const Backend& backend, const JobContext& job,
                                     const IntegerSums& sums = {});

/// Element [row, column] of that, step by step; see traceDot().
DotTrace traceScaled(const ProductSettings& settings, const DenseMatrix& a, std::size_t row,
                     const DenseMatrix& columnsOfB, std::size_t column);

}  // namespace ulpscope
