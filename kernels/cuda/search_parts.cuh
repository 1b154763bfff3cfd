// SPDX-License-Identifier: Apache-2.0
#pragma once
// The K-quants' searches: a thread has a part, whose values and weights lie in shared memory, one beside those of other
// threads.
#include "kernels/cuda/shared_memory.cuh"
#include "kernels/cuda/threads.cuh"
#include "kernels/plans/part_search.h"

namespace ulpscope::kernels {

/// Parts of a thread block, and one: so values of one part lie in as many banks as those of one place.
inline constexpr unsigned kPartPitch = kThreads + 1;

inline std::size_t partsBytes(std::size_t size, bool withWeights) {
  return size * kPartPitch * sizeof(float) * (withWeights ? 2 : 1);
}

/// Those of one thread.
struct PartValues {
  const float* at;
  __device__ float operator()(unsigned i) const { return at[i * kPartPitch]; }
};

/// `count` values of parts of `size`, by all threads.
__device__ inline void stageParts(const float* from, unsigned count, unsigned size, float* to) {
  for (unsigned i = threadIdx.x; i < count; i += kThreads) to[i % size * kPartPitch + i / size] = from[i];
}

/// The parts of one thread block of those that there are.
struct PartsOfBlock {
  unsigned first, count;
};
__device__ inline PartsOfBlock partsOfBlock(unsigned parts) {
  const unsigned first = blockIdx.x * kThreads;
  return {first, parts - first < kThreads ? parts - first : kThreads};
}

/// Launch with a thread for each part and partsBytes() of shared memory. `w` is null where weights are not given.
__global__ void searchMinimaKernel(ggml::MinimumSearch search, unsigned parts, const float* x, const float* w,
                                   ggml::MinimumFit* fits) {
  const auto size = static_cast<unsigned>(search.size);
  const PartsOfBlock own = partsOfBlock(parts);
  auto* const values = static_cast<float*>(dynamicSharedMemory());
  float* const weights = values + size * kPartPitch;
  const std::size_t begin = std::size_t{own.first} * size;
  stageParts(x + begin, own.count * size, size, values);
  if (w) stageParts(w + begin, own.count * size, size, weights);
  __syncthreads();
  if (threadIdx.x >= own.count) return;
  const PartValues of{values + threadIdx.x};
  fits[own.first + threadIdx.x] = w ? searchMinimum(search, of, PartValues{weights + threadIdx.x})
                                    : searchMinimum(search, of, derivedWeights(search.weighing, size, of));
}

__global__ void searchScalesKernel(ggml::ScaleSearch search, unsigned parts, const float* x, const float* w,
                                   float* scales, std::uint8_t* codes) {
  const auto size = static_cast<unsigned>(search.size);
  const PartsOfBlock own = partsOfBlock(parts);
  auto* const values = static_cast<float*>(dynamicSharedMemory());
  float* const weights = values + size * kPartPitch;
  const std::size_t begin = std::size_t{own.first} * size;
  stageParts(x + begin, own.count * size, size, values);
  stageParts(w + begin, own.count * size, size, weights);
  __syncthreads();
  if (threadIdx.x >= own.count) return;
  const PartValues of{values + threadIdx.x};
  const ScaleFound found = searchScale(search.half, size, of, PartValues{weights + threadIdx.x});
  scales[own.first + threadIdx.x] = found.scale;
  std::uint8_t* const into = codes + begin + std::size_t{threadIdx.x} * size;
  unsigned i = 0;
  for (; size % kFour == 0 && i < size; i += kFour) {
    FourCodes four;
    for (unsigned k = 0; k < kFour; ++k) four.of[k] = scaleCode(search.half, found, of(i + k));
    storeFour(into + i, four);
  }
  for (; i < size; ++i) into[i] = static_cast<std::uint8_t>(scaleCode(search.half, found, of(i)));
}

}  // namespace ulpscope::kernels
