// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace ulpscope {

/// Sums of binary32 numbers in the order of torch 2.15 on x86-64, one thread (ATen/native/cpu/SumKernel.cpp, vectors of
/// eight): partial sums in four levels, so that the last bit is that of torch.sum and torch.mean.

/// Of numbers that follow each other.
float torchSum(std::span<const float> values);
/// torch.mean: the sum over the count.
float torchMean(std::span<const float> values);

/// Of each column of a row-major matrix; sums.size() is the number of columns.
void torchColumnSums(std::span<const float> matrix, std::span<float> sums);

/// Columns that torchColumnSums() may be given at once for a part of a wider matrix: parts that begin at a multiple of
/// this and end at one, or at the end of the matrix, have the same sums as the whole.
inline constexpr std::uint64_t kTorchColumnStep = 32;

}  // namespace ulpscope
