// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <span>

namespace ulpscope {

/// Some rows of operands, each of which begins `stride` elements after the one before.
template <class T>
struct RowBlock {
  const T* values = nullptr;
  std::size_t rows = 0;
  std::size_t stride = 0;

  std::span<const T> row(std::size_t r, std::size_t length) const { return {values + r * stride, length}; }
};
using OperandBlock = RowBlock<float>;

}  // namespace ulpscope
