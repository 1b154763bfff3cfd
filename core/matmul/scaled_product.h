// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/matmul/matrix_product.h"

namespace ulpscope {

/// multiply() of a unit with VectorScaling. Each row of A, and each column of B, becomes integers round(127 x / m) with
/// m its largest magnitude, in float32; rows that are all zero are zero. bitsandbytes multiplies by (1 / m) 127
/// instead, which now and then is another code: core/quantization/int8_vectors.h has that. Sums of products are exact
/// in 32 bits, beyond which they wrap, as DP4A and IMMA do. c = float32(sum) * ((ma mb) / 127^2). Outlier columns are
/// left out of m, rounded to float16 and multiplied in float32, and added. Elements that are not finite make their row
/// NaN.
Result<MatrixProduct> multiplyScaled(const ProductSettings& settings, const DenseMatrix& a,
                                     const DenseMatrix& columnsOfB, const Backend& backend, const JobContext& job);

}  // namespace ulpscope
