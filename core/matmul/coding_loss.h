// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace ulpscope {

/// What codes in place of numbers do to one row of an operand.
struct RowLoss {
  double magnitudes = 0;  ///< sum of those of the numbers as given
  double largest = 0;     ///< |what a code stands for - the number|

  void add(double given, double coded);
};

/// The Frobenius norm that C - A B cannot exceed, worked out from the codes: with x the largest error of an element of
/// a row of A, y that of a column of B, an element of C is off by at most y sum |a| + x sum |b| + k x y, and by
/// `after`, what became of the sum of products of codes, row-major. NaN where an operand is not finite.
double codingLoss(std::span<const RowLoss> a, std::span<const RowLoss> b, std::size_t k, std::span<const double> after);

}  // namespace ulpscope
