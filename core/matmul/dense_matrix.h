// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/result.h"

namespace ulpscope {

/// Row-major.
struct DenseMatrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<double> values;

  std::span<const double> row(std::size_t r) const { return std::span(values).subspan(r * columns, columns); }
  friend bool operator==(const DenseMatrix&, const DenseMatrix&) = default;
};

/// One row as a matrix.
DenseMatrix rowOf(const DenseMatrix& matrix, std::size_t row);

/// Columns become rows.
DenseMatrix transposed(const DenseMatrix& matrix);

enum class Distribution : std::uint8_t {
  Normal,   ///< mean 0, variance 1; see RandomNumbers in core/base/random.h
  Uniform,  ///< in [0, 1]
};

/// Values of float32, as those of models are; the same on every platform.
DenseMatrix randomMatrix(std::size_t rows, std::size_t columns, Distribution distribution, std::uint64_t seed);

}  // namespace ulpscope
