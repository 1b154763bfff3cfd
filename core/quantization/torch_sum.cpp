// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/torch_sum.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>

namespace ulpscope {
namespace {

constexpr std::uint64_t kVector = 8;
constexpr std::uint64_t kChains = 4;  ///< sums that are formed side by side
constexpr std::size_t kLevels = 4;

/// `count` rows of kWidth numbers, each `stride` after the one before, added up place by place. What a level has summed
/// goes to the next after as many rows as kLevels levels need to share them evenly, at least 16.
template <std::size_t kWidth>
std::array<float, kWidth> sumRows(const float* rows, std::uint64_t stride, std::uint64_t count) {
  std::array<std::array<float, kWidth>, kLevels> levels{};
  const auto add = [](std::array<float, kWidth>& sum, const float* row) {
    for (std::size_t k = 0; k < kWidth; ++k) sum[k] += row[k];
  };
  const auto logarithm = static_cast<unsigned>(count > 1 ? std::bit_width(count - 1) : 0);
  const unsigned power = std::max(4U, logarithm / static_cast<unsigned>(kLevels));
  const std::uint64_t step = std::uint64_t{1} << power;
  std::uint64_t i = 0;
  while (i + step <= count) {
    for (const std::uint64_t end = i + step; i < end; ++i) add(levels[0], rows + i * stride);
    for (std::size_t level = 1; level < kLevels; ++level) {
      add(levels[level], levels[level - 1].data());
      levels[level - 1] = {};
      if ((i & ((step - 1) << (level * power))) != 0) break;
    }
  }
  for (; i < count; ++i) add(levels[0], rows + i * stride);
  for (std::size_t level = 1; level < kLevels; ++level) add(levels[0], levels[level].data());
  return levels[0];
}

/// The same with every fourth row in a chain of its own.
template <std::size_t kWidth>
std::array<float, kWidth> sumChains(const float* rows, std::uint64_t stride, std::uint64_t count) {
  const std::uint64_t perChain = count / kChains;
  std::array<std::array<float, kWidth>, kChains> chains;
  if (stride == kWidth) {  // chains that lie side by side are one wide row
    const auto wide = sumRows<kWidth * kChains>(rows, stride * kChains, perChain);
    for (std::size_t c = 0; c < kChains; ++c) std::copy_n(wide.data() + c * kWidth, kWidth, chains[c].data());
  } else {
    for (std::size_t c = 0; c < kChains; ++c)
      chains[c] = sumRows<kWidth>(rows + c * stride, stride * kChains, perChain);
  }
  for (std::uint64_t i = perChain * kChains; i < count; ++i)
    for (std::size_t k = 0; k < kWidth; ++k) chains[0][k] += rows[i * stride + k];
  for (std::size_t c = 1; c < kChains; ++c)
    for (std::size_t k = 0; k < kWidth; ++k) chains[0][k] += chains[c][k];
  return chains[0];
}

}  // namespace

float torchSum(std::span<const float> values) {
  if (values.size() < kVector) return sumChains<1>(values.data(), 1, values.size())[0];
  const std::uint64_t vectors = values.size() / kVector;
  const auto sums = sumChains<kVector>(values.data(), kVector, vectors);
  float total = 0;
  for (const float x : values.subspan(vectors * kVector)) total += x;
  for (const float x : sums) total += x;
  return total;
}

float torchMean(std::span<const float> values) { return torchSum(values) / static_cast<float>(values.size()); }

void torchColumnSums(std::span<const float> matrix, std::span<float> sums) {
  const std::uint64_t columns = sums.size();
  if (columns == 0) return;
  assert(matrix.size() % columns == 0);
  const std::uint64_t rows = matrix.size() / columns;
  std::uint64_t c = 0;
  const auto store = [&](const auto& part) {
    std::ranges::copy(part, sums.begin() + static_cast<std::ptrdiff_t>(c));
    c += part.size();
  };
  if (columns < kVector) {
    while (c + kChains <= columns) store(sumRows<kChains>(matrix.data() + c, columns, rows));
  } else {
    while (c + kChains * kVector <= columns) store(sumRows<kChains * kVector>(matrix.data() + c, columns, rows));
    while (c + kVector <= columns) store(sumChains<kVector>(matrix.data() + c, columns, rows));
  }
  while (c < columns) store(sumChains<1>(matrix.data() + c, columns, rows));
}

}  // namespace ulpscope
