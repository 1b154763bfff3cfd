// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <optional>
#include <span>

namespace ulpscope {

/// What codes in place of numbers do to one row of an operand.
struct RowLoss {
  double magnitudes = 0;    ///< sum of those of the numbers as given
  double squares = 0;       ///< sum of theirs
  double largest = 0;       ///< |what a code stands for - the number|; NaN where that is none
  double errorSquares = 0;  ///< sum of the squares of such errors

  void add(double given, double coded);
};

/// Frobenius norms of C - A B, worked out from the codes; not finite where an operand or an element of C is not.
struct CodingLoss {
  double most = 0;                    ///< cannot be exceeded
  std::optional<double> likely = {};  ///< root mean square, if errors of codes are independent and of mean zero
};

/// With x the largest error of an element of a row of A, y that of a column of B, an element of C is off by at most
/// y sum |a| + x sum |b| + k x y, and by `after`, what became of the sum of products of codes, row-major. Its variance
/// is that of k products, of each factor's mean square with the other's mean square error.
CodingLoss codingLoss(std::span<const RowLoss> a, std::span<const RowLoss> b, std::size_t k,
                      std::span<const double> after);

}  // namespace ulpscope
