// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <bit>

#include "kernels/cuda/threads.cuh"

namespace ulpscope::kernels {

/// Magnitudes as integers in their order, NaN as 0: it is left out.
struct NumberMagnitude {
  __device__ int operator()(float x) const {
    const std::int32_t bits = std::bit_cast<std::int32_t>(x) & 0x7FFFFFFF;
    return bits > 0x7F800000 ? 0 : bits;
  }
};

/// The same of the codes that Backend::absMaximaOfCodes takes.
struct CodeMagnitude {
  int infinity;
  __device__ int operator()(std::uint32_t code) const {
    const int magnitude = static_cast<int>(code & 0x7FFF);
    return magnitude > infinity ? 0 : magnitude;
  }
};

inline constexpr unsigned kMaximaColumns = kWarp * kFour;  ///< of a thread block: four a lane
inline constexpr unsigned kMaximaRows = 8 * kWarps;        ///< of a thread block: eight a warp

/// Raises rowMaxima[r] and columnMaxima[c]. Launch with a block for each kMaximaRows rows and kMaximaColumns columns.
/// A warp takes a row at a time, so that its maximum is one of the warp, and keeps the columns' maxima in registers.
template <class T, class Magnitude>
__global__ void absMaximaKernel(const T* values, std::size_t rows, std::size_t columns, Magnitude magnitudeOf,
                                int* rowMaxima, int* columnMaxima) {
  __shared__ int ofColumn[kWarps][kMaximaColumns];
  const unsigned lane = threadIdx.x % kWarp;
  const unsigned warp = threadIdx.x / kWarp;
  const auto across = static_cast<unsigned>((columns + kMaximaColumns - 1) / kMaximaColumns);
  const std::size_t firstColumn = std::size_t{blockIdx.x % across} * kMaximaColumns;
  const std::size_t firstRow = std::size_t{blockIdx.x / across} * kMaximaRows;
  const std::size_t column = firstColumn + lane * kFour;
  const bool inFours = columns % kFour == 0;

  int own[kFour] = {};
  for (std::size_t row = firstRow + warp; row < rows && row < firstRow + kMaximaRows;
       row += kWarps) {  // a warp's alike
    const T* const at = values + row * columns + column;
    int magnitudes[kFour] = {};
    if (inFours && column < columns) {
      const auto four = loadFour(at);
      for (unsigned k = 0; k < kFour; ++k) magnitudes[k] = magnitudeOf(four.of[k]);
    } else {
      for (unsigned k = 0; k < kFour; ++k)
        if (column + k < columns) magnitudes[k] = magnitudeOf(at[k]);
    }
    int ofRow = 0;
    for (unsigned k = 0; k < kFour; ++k) {
      own[k] = Larger()(own[k], magnitudes[k]);
      ofRow = Larger()(ofRow, magnitudes[k]);
    }
    ofRow = combined(ofRow, kWarp, Larger());
    if (lane == 0 && ofRow > 0) atomicMax(&rowMaxima[row], ofRow);
  }

  for (unsigned k = 0; k < kFour; ++k) ofColumn[warp][lane * kFour + k] = own[k];
  __syncthreads();
  if (threadIdx.x >= kMaximaColumns || firstColumn + threadIdx.x >= columns) return;
  int largest = 0;
  for (const auto& row : ofColumn) largest = Larger()(largest, row[threadIdx.x]);
  if (largest > 0) atomicMax(&columnMaxima[firstColumn + threadIdx.x], largest);
}

}  // namespace ulpscope::kernels
