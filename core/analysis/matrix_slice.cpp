// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/matrix_slice.h"

#include <cassert>

#include "core/base/checked.h"

namespace ulpscope {
namespace {
constexpr std::uint64_t kLeastSide = 16;
}

MatrixSlice wholeMatrix(std::span<const std::uint64_t> shape) { return {0, matrixShape(shape)}; }

std::uint64_t sliceCount(std::span<const std::uint64_t> shape) {
  if (checkedProduct(shape).value_or(0) == 0) return 0;
  return shape.size() < 3 ? 1 : checkedProduct(shape.first(shape.size() - 2)).value_or(0);
}

MatrixSlice sliceOf(std::span<const std::uint64_t> shape, std::uint64_t slice) {
  assert(slice < sliceCount(shape));
  if (shape.size() < 3) return wholeMatrix(shape);
  const MatrixShape matrix{shape[shape.size() - 2], shape.back()};
  return {slice * matrix.rows * matrix.columns, matrix};
}

bool beginsWithSlices(std::span<const std::uint64_t> shape) {
  return shape.size() > 2 && sliceCount(shape) > 1 && shape[shape.size() - 2] >= kLeastSide &&
         shape.back() >= kLeastSide;
}

}  // namespace ulpscope
