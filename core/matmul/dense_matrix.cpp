// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/dense_matrix.h"

#include "core/base/random.h"

namespace ulpscope {

DenseMatrix rowOf(const DenseMatrix& matrix, std::size_t row) {
  const auto values = matrix.row(row);
  return {1, matrix.columns, {values.begin(), values.end()}};
}

DenseMatrix transposed(const DenseMatrix& matrix) {
  DenseMatrix turned{matrix.columns, matrix.rows, std::vector<double>(matrix.values.size())};
  constexpr std::size_t kTile = 32;  // so that both sides stay in cache
  for (std::size_t firstRow = 0; firstRow < matrix.rows; firstRow += kTile)
    for (std::size_t c = 0; c < matrix.columns; ++c)
      for (std::size_t r = firstRow; r < matrix.rows && r < firstRow + kTile; ++r)
        turned.values[c * matrix.rows + r] = matrix.values[r * matrix.columns + c];
  return turned;
}

DenseMatrix randomMatrix(std::size_t rows, std::size_t columns, Distribution distribution, std::uint64_t seed) {
  DenseMatrix matrix{rows, columns, std::vector<double>(rows * columns)};
  RandomNumbers numbers(seed);
  for (double& value : matrix.values)
    value = static_cast<double>(
        static_cast<float>(distribution == Distribution::Normal ? numbers.normal() : numbers.uniform()));
  return matrix;
}

}  // namespace ulpscope
