// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/integer_product.h"

#include <algorithm>
#include <cassert>

namespace ulpscope {
namespace {

constexpr std::size_t kAtOnce = 4;       ///< rows of b that share what is loaded of a
constexpr std::size_t kPiece = 1 << 11;  ///< elements: 128 rows of b of that length stay in the second level of caches

std::uint32_t product(std::int16_t a, std::int16_t b) { return static_cast<std::uint32_t>(int{a} * int{b}); }

/// Four sums in one loop, which compilers turn into multiply-adds of pairs of 16 bits.
void addFour(const std::int16_t* a, const std::int16_t* b, std::size_t stride, std::size_t length, std::int32_t* sums) {
  const std::int16_t* b1 = b + stride;
  const std::int16_t* b2 = b1 + stride;
  const std::int16_t* b3 = b2 + stride;
  std::uint32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  for (std::size_t k = 0; k < length; ++k) {
    s0 += product(a[k], b[k]);
    s1 += product(a[k], b1[k]);
    s2 += product(a[k], b2[k]);
    s3 += product(a[k], b3[k]);
  }
  const std::uint32_t found[kAtOnce] = {s0, s1, s2, s3};
  for (std::size_t j = 0; j < kAtOnce; ++j)
    sums[j] = static_cast<std::int32_t>(static_cast<std::uint32_t>(sums[j]) + found[j]);
}

void addOne(const std::int16_t* a, const std::int16_t* b, std::size_t length, std::int32_t& sum) {
  std::uint32_t found = 0;
  for (std::size_t k = 0; k < length; ++k) found += product(a[k], b[k]);
  sum = static_cast<std::int32_t>(static_cast<std::uint32_t>(sum) + found);
}

}  // namespace

void addIntegerProducts(const RowBlock<std::int16_t>& a, const RowBlock<std::int16_t>& b, std::size_t length,
                        std::span<std::int32_t> sums) {
  assert(sums.size() == a.rows * b.rows);
  for (std::size_t first = 0; first < length; first += kPiece) {
    const std::size_t count = std::min(kPiece, length - first);
    for (std::size_t i = 0; i < a.rows; ++i) {
      const std::int16_t* row = a.values + i * a.stride + first;
      std::size_t j = 0;
      for (; j + kAtOnce <= b.rows; j += kAtOnce)
        addFour(row, b.values + j * b.stride + first, b.stride, count, &sums[i * b.rows + j]);
      for (; j < b.rows; ++j) addOne(row, b.values + j * b.stride + first, count, sums[i * b.rows + j]);
    }
  }
}

std::int32_t integerDot(std::span<const std::int16_t> a, std::span<const std::int16_t> b) {
  assert(a.size() == b.size());
  std::int32_t sum = 0;
  addOne(a.data(), b.data(), a.size(), sum);
  return sum;
}

}  // namespace ulpscope
