// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>

#include "core/tensor/tensor.h"

namespace ulpscope {

/// A matrix inside a tensor: consecutive elements, row-major.
struct MatrixSlice {
  std::uint64_t first = 0;  ///< index of its first element in the tensor
  MatrixShape shape;

  std::uint64_t elementAt(std::uint64_t row, std::uint64_t column) const {
    return first + row * shape.columns + column;
  }
  friend bool operator==(const MatrixSlice&, const MatrixSlice&) = default;
};

/// The whole tensor as matrixShape() flattens it.
MatrixSlice wholeMatrix(std::span<const std::uint64_t> shape);

/// How many matrices of the last two dimensions there are: the product of the dimensions before them, 0 for a tensor
/// without elements, 1 for a rank below three.
std::uint64_t sliceCount(std::span<const std::uint64_t> shape);
/// The last two dimensions, the leading indices being those of `slice` in row-major order.
/// Precondition: slice < sliceCount(shape).
MatrixSlice sliceOf(std::span<const std::uint64_t> shape, std::uint64_t slice);
/// Whether a picture is better begun with slices than with the whole: rank above two, and 16 or more in each of the
/// last two dimensions (so it is with experts, not with kernels of 3 x 3).
bool beginsWithSlices(std::span<const std::uint64_t> shape);

}  // namespace ulpscope
