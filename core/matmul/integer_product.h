// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/matmul/operand_block.h"

namespace ulpscope {

/// Rows of integers of 8 bits, or of the differences of such, each `length` long.
struct IntegerRows {
  std::size_t length = 0;
  std::vector<std::int16_t> values;

  RowBlock<std::int16_t> rows(std::size_t first, std::size_t count) const {
    return {values.data() + first * length, count, length};
  }
};

/// sums[i, j] += a[i] . b[j] over the first `length` elements of each row, exactly; beyond 32 bits sums wrap, as those
/// of DP4A and of integer matrix units do. `sums` is row-major, a.rows by b.rows.
void addIntegerProducts(const RowBlock<std::int16_t>& a, const RowBlock<std::int16_t>& b, std::size_t length,
                        std::span<std::int32_t> sums);

/// One dot product of the same.
std::int32_t integerDot(std::span<const std::int16_t> a, std::span<const std::int16_t> b);

}  // namespace ulpscope
