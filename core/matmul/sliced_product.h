// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/matmul/dot_trace.h"
#include "core/matmul/integer_product.h"
#include "core/matmul/matrix_product.h"

namespace ulpscope {

inline constexpr int kSliceBits = 7;
/// Products of slices of so many elements fit 32 bits: 127^2 2^17 < 2^31. Longer ones are taken in parts.
inline constexpr std::size_t kMostSlicedElements = std::size_t{1} << 17;

/// Rows cut into slices. With 2^e the smallest power of two above the largest magnitude of a row, and r = x 2^-e, the
/// first slice is r 2^7 cut toward zero, an integer of magnitude 127 at most; what that leaves is r of the next. So
/// x = 2^e (s1 2^-7 + s2 2^-14 + ...), but for less than 2^(e - 7 slices), toward zero. All of it is exact.
struct SlicedRows {
  std::vector<IntegerRows> slices;  ///< the leading one first
  std::vector<int> exponents;       ///< e of each row
  std::vector<bool> isFinite;       ///< of each row; otherwise its slices are zero
  InputCounts counts;
};
/// `rows` are rounded to float32 first where `isSingle`.
SlicedRows cutIntoSlices(const DenseMatrix& rows, int slices, bool isSingle);

/// multiply() of a unit with IntegerSlices, after Ootomo, Ozaki and Yokota (arXiv 2306.11975) and, for the sums,
/// Uchino, Ozaki and Imamura (arXiv 2409.13313): of `slices` slices, numbered from 0, those products are formed whose
/// numbers add up to less than `slices`. Each is exact in 32 bits, and so are the sums of each level, products of one
/// sum of numbers, in 53. Levels are added in float64 to nearest even, the leading one first, and scaled by the powers
/// of two of row and column at the end. Operands in float32: c is rounded to float32 after that. A row or column that
/// is not finite throughout makes its elements NaN.
Result<MatrixProduct> multiplySliced(const ProductSettings& settings, const DenseMatrix& a,
                                     const DenseMatrix& columnsOfB, const Backend& backend, const JobContext& job);

/// The element of a row of A and a column of B, each a matrix of one row: a step for each level, whose products are
/// those of slices, as numbers of C. See traceDot().
DotTrace traceSliced(const ProductSettings& settings, const DenseMatrix& row, const DenseMatrix& column);

}  // namespace ulpscope
