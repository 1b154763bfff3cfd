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

/// The parts of one thread block, of all `parts`, in shared memory; `w` is null where weights are not given. All
/// threads call it.
struct StagedParts {
  unsigned first, count;
  PartValues values, weights;  ///< of this thread's part
};
__device__ inline StagedParts stagedParts(unsigned parts, unsigned size, const float* x, const float* w) {
  const unsigned first = blockIdx.x * kThreads;
  const unsigned count = parts - first < kThreads ? parts - first : kThreads;
  auto* const values = static_cast<float*>(dynamicSharedMemory());
  float* const weights = values + size * kPartPitch;
  const std::size_t begin = std::size_t{first} * size;
  stageParts(x + begin, count * size, size, values);
  if (w) stageParts(w + begin, count * size, size, weights);
  __syncthreads();
  return {first, count, {values + threadIdx.x}, {weights + threadIdx.x}};
}

/// Launch with a thread for each part and partsBytes() of shared memory. `w` is null where weights are not given.
__global__ void searchMinimaKernel(ggml::MinimumSearch search, unsigned parts, const float* x, const float* w,
                                   ggml::MinimumFit* fits) {
  const auto size = static_cast<unsigned>(search.size);
  const StagedParts own = stagedParts(parts, size, x, w);
  if (threadIdx.x >= own.count) return;
  fits[own.first + threadIdx.x] =
      w ? searchMinimum(search, own.values, own.weights)
        : searchMinimum(search, own.values, derivedWeights(search.weighing, size, own.values));
}

__global__ void searchScalesKernel(ggml::ScaleSearch search, unsigned parts, const float* x, const float* w,
                                   float* scales, std::uint8_t* codes) {
  const auto size = static_cast<unsigned>(search.size);
  const StagedParts own = stagedParts(parts, size, x, w);
  if (threadIdx.x >= own.count) return;
  const ScaleFound found = searchScale(search.half, size, own.values, own.weights);
  scales[own.first + threadIdx.x] = found.scale;
  std::uint8_t* const into = codes + std::size_t{own.first + threadIdx.x} * size;
  unsigned i = 0;
  for (; size % kFour == 0 && i < size; i += kFour) {
    FourCodes four;
    for (unsigned k = 0; k < kFour; ++k) four.of[k] = scaleCode(search.half, found, own.values(i + k));
    storeFour(into + i, four);
  }
  for (; i < size; ++i) into[i] = static_cast<std::uint8_t>(scaleCode(search.half, found, own.values(i)));
}

}  // namespace ulpscope::kernels
