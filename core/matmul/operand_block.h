// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <span>

namespace ulpscope {

/// Some rows of operands, each of which begins `stride` elements after the one before.
struct OperandBlock {
  const float* values = nullptr;
  std::size_t rows = 0;
  std::size_t stride = 0;

  std::span<const float> row(std::size_t r, std::size_t length) const { return {values + r * stride, length}; }
};

}  // namespace ulpscope
