// SPDX-License-Identifier: Apache-2.0
// Sums in torch's order. The oracle is torch 2.15.0 on one thread, on numbers that a formula gives:
//   x[i] = float32((i * 7919 % 10007) / 10007 - 0.5)
// with torch.sum(x), and torch.sum(x.view(rows, columns), 0) of which the bits are added up as integers.
#include "core/quantization/torch_sum.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>

namespace ulpscope {
namespace {

std::vector<float> numbers(std::size_t count) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i)
    values[i] = static_cast<float>(static_cast<double>(i * 7919 % 10007) / 10007 - 0.5);
  return values;
}

TEST(TorchSum, OfNumbersInARow) {
  struct Expected {
    std::size_t count;
    std::uint32_t bits;
  };
  for (const auto& [count, bits] : {Expected{1, 0xBF000000}, Expected{7, 0x3DF23612}, Expected{8, 0x3E217961},
                                    Expected{37, 0x3F095664}, Expected{100, 0x3E26E5BE}, Expected{4096, 0x3F98DA74},
                                    Expected{5000, 0x3FADAD56}, Expected{100003, 0xC09A0913}})
    EXPECT_EQ(std::bit_cast<std::uint32_t>(torchSum(numbers(count))), bits) << count;
}

TEST(TorchSum, OfColumns) {
  struct Expected {
    std::size_t rows, columns;
    std::uint64_t bits;
  };
  for (const auto& [rows, columns, bits] :
       {Expected{64, 1000, 0x1EDF46C87BF}, Expected{128, 1003, 0x1F28696CB61}, Expected{64, 37, 0x119116D847},
        Expected{5, 7, 0x3B8C62A50}, Expected{100, 5, 0x23ADD90ED}, Expected{37, 128, 0x3FBFFC257A},
        Expected{1000, 8, 0x480860F35}, Expected{300, 4, 0x1FDFD8E93}}) {
    std::vector<float> sums(columns);
    torchColumnSums(numbers(rows * columns), sums);
    std::uint64_t total = 0;
    for (const float sum : sums) total += std::bit_cast<std::uint32_t>(sum);
    EXPECT_EQ(total, bits) << rows << " x " << columns;
  }
}

TEST(TorchSum, MeanIsTheSumOverTheCount) { EXPECT_EQ(torchMean(std::vector<float>{1, 2, 4}), 7.0F / 3.0F); }

TEST(TorchSum, OfColumnsByParts) {
  const auto matrix = numbers(64 * 100);
  std::vector<float> whole(100);
  torchColumnSums(matrix, whole);
  for (const auto& [begin, end] : {std::pair<std::size_t, std::size_t>{0, 64}, {64, 100}}) {
    std::vector<float> part;
    for (std::size_t r = 0; r < 64; ++r)
      part.insert(part.end(), matrix.begin() + static_cast<std::ptrdiff_t>(r * 100 + begin),
                  matrix.begin() + static_cast<std::ptrdiff_t>(r * 100 + end));
    std::vector<float> sums(end - begin);
    torchColumnSums(part, sums);
    for (std::size_t c = begin; c < end; ++c) EXPECT_EQ(sums[c - begin], whole[c]) << c;
  }
}

}  // namespace
}  // namespace ulpscope
