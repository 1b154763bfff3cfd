// SPDX-License-Identifier: Apache-2.0
#pragma once
// Runs CUDA kernel source on the CPU, so that it is tested where no device is: include this before a .cuh file, then
//   cuda_on_cpu::launch(blocks, threads, [&] { kernel(arguments...); });
//
// A thread of a block is a fiber, and blocks run one after another. A fiber runs until it waits at __syncthreads or a
// warp operation, or ends; when none can run, those are released for whom all others have come. If nobody can be, the
// kernel would hang or be undefined on a device, and launch() throws DivergentThreads.
//
// One-dimensional launches; not modelled: the order in which threads of a block interleave, memory ordering, alignment
// traps. `__shared__` variables are static, so launches must not run at the same time.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>

#define __global__
#define __device__
#define __host__
#define __shared__ static

namespace ulpscope::cuda_on_cpu {

inline constexpr unsigned kWarpSize = 32;

struct Index {
  unsigned x = 0;
};

/// The indices of the running fiber.
inline Index currentThread, currentBlock, blockSize, gridSize;

class DivergentThreads : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

void launch(unsigned blocks, unsigned threads, const std::function<void()>& kernel);

/// Waits for all threads of the block.
void waitForBlock();

/// Waits for all threads of the warp that `mask` names, each with the same mask; gives the `value` that the thread of
/// lane `sourceLane` brought, or one's own if that lane is not in the mask.
std::uint32_t exchange(unsigned mask, std::uint32_t value, unsigned sourceLane);

}  // namespace ulpscope::cuda_on_cpu

#define threadIdx (::ulpscope::cuda_on_cpu::currentThread)
#define blockIdx (::ulpscope::cuda_on_cpu::currentBlock)
#define blockDim (::ulpscope::cuda_on_cpu::blockSize)
#define gridDim (::ulpscope::cuda_on_cpu::gridSize)

inline void __syncthreads() { ulpscope::cuda_on_cpu::waitForBlock(); }

inline std::int32_t __shfl_xor_sync(unsigned mask, std::int32_t value, int laneMask) {
  const unsigned lane = threadIdx.x % ulpscope::cuda_on_cpu::kWarpSize;
  return static_cast<std::int32_t>(
      ulpscope::cuda_on_cpu::exchange(mask, static_cast<std::uint32_t>(value), lane ^ static_cast<unsigned>(laneMask)));
}

/// Fibers of one thread: nothing can come between.
inline int atomicMax(int* at, int value) {
  const int old = *at;
  *at = std::max(old, value);
  return old;
}
