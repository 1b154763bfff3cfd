// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/matmul/dot_trace.h"
#include "core/matmul/matrix_product.h"

namespace ulpscope {

/// multiply() of a unit with AffineTensors, as gemmlowp's doc/quantization_example.cc has it. Each operand, in float32,
/// becomes unsigned integers of 8 bits with one scale and one zero point (core/formats/affine_codes.h). The sum of
/// (a - za)(b - zb) is exact in 32 bits, beyond which it wraps; gemmlowp gets the same from sum ab - za sum b - zb sum
/// a
/// + K za zb.
///
/// Requantized: the range of C is that of its sums times sa sb, which is the narrowest that cuts nothing (the example
/// takes that of the product in float32, which differs by what coding the operands did); its scale sc and zero point zc
/// follow as those of the operands do. The code is clamp(sum * M + zc, 0, 255), with M = sa sb / sc in float32 as a
/// fixed-point number (core/formats/fixed_point.h: high half of the doubled product, then a rounding shift). c = sc
/// (code - zc). Not requantized: c = float32(sum) (sa sb).
///
/// If an element of an operand is not finite, all of C is NaN.
Result<MatrixProduct> multiplyAffine(const ProductSettings& settings, const DenseMatrix& a,
                                     const DenseMatrix& columnsOfB, const Backend& backend, const JobContext& job);

/// Element [row, column] of that, step by step; all sums of C are
/// formed, as its scale depends on them. See traceDot().
DotTrace traceAffine(const ProductSettings& settings, const DenseMatrix& a, std::size_t row,
                     const DenseMatrix& columnsOfB, std::size_t column);

}  // namespace ulpscope
