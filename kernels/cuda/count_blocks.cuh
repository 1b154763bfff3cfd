// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <bit>

#include "core/analysis/block_ranges.h"
#include "kernels/cuda/count_codes.cuh"
#include "kernels/cuda/threads.cuh"

namespace ulpscope::kernels {

/// The classes of BlockCounts by the magnitude of a float.
struct FloatClasses {
  __device__ static int magnitudeOf(float x) { return std::bit_cast<std::int32_t>(x) & 0x7FFFFFFF; }
  __device__ unsigned classOf(int magnitude) const {
    return magnitude == 0 ? 0 : 1 + (static_cast<unsigned>(magnitude) >> 23);
  }
};

/// The same by a code without its sign, from the table of CodeClasses.
struct TableClasses {
  const std::uint16_t* ofCode;
  __device__ static int magnitudeOf(std::uint32_t code) { return static_cast<int>(code & 0x7FFF); }
  __device__ unsigned classOf(int magnitude) const { return ofCode[magnitude]; }
};

inline constexpr unsigned kCountedSizes = 5;  ///< blocks of 16, 32, .. 256
inline constexpr unsigned kCountedClasses = BlockCounts::kClasses;
static_assert(kBlockSizes.size() == kCountedSizes && kBlockSizes.front() == 16 && kBlockSizes.back() == 8 * kWarp);

/// counts[size * kCountedClasses + class] += the blocks of whole rows. A warp takes 256 elements of a row, eight a
/// lane: two lanes have a block of 16, four one of 32, and so on.
template <class T, class Classes>
__global__ void countBlocksKernel(const T* values, unsigned rows, std::size_t columns, Classes classes,
                                  DeviceCount* counts) {
  constexpr unsigned kOfLane = 2 * kFour;
  constexpr unsigned kSpan = kOfLane * kWarp;
  __shared__ unsigned table[kCountedSizes * kCountedClasses];
  for (unsigned i = threadIdx.x; i < kCountedSizes * kCountedClasses; i += kThreads) table[i] = 0;
  __syncthreads();
  const unsigned lane = threadIdx.x % kWarp;
  const bool inFours = columns % kFour == 0;
  const auto across = static_cast<unsigned>((columns + kSpan - 1) / kSpan);
  const unsigned spans = rows * across;
  for (unsigned span = blockIdx.x * kWarps + threadIdx.x / kWarp; span < spans; span += gridDim.x * kWarps) {
    const std::size_t column = std::size_t{span % across} * kSpan + lane * kOfLane;
    const T* const at = values + span / across * columns + column;
    int largest = 0;
    if (inFours && column + kOfLane <= columns) {
      for (unsigned k = 0; k < kOfLane; k += kFour)
        for (const auto x : loadFour(at + k).of) largest = Larger()(largest, Classes::magnitudeOf(x));
    } else {
      for (unsigned k = 0; k < kOfLane; ++k)
        if (column + k < columns) largest = Larger()(largest, Classes::magnitudeOf(at[k]));
    }
    for (unsigned which = 0; which < kCountedSizes; ++which) {
      largest = Larger()(largest, __shfl_xor_sync(kAllLanes, largest, 1 << which));
      if (lane % (2U << which) == 0 && column < columns)
        atomicAdd(&table[which * kCountedClasses + classes.classOf(largest)], 1U);
    }
  }
  __syncthreads();
  for (unsigned i = threadIdx.x; i < kCountedSizes * kCountedClasses; i += kThreads)
    if (table[i] != 0) atomicAdd(&counts[i], DeviceCount{table[i]});
}

}  // namespace ulpscope::kernels
