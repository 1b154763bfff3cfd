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
// traps (UndefinedBehaviorSanitizer has those). `__shared__` variables are static, so launches must not run at the same
// time.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>

#define __global__ inline
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

void launch(unsigned blocks, unsigned threads, const std::function<void()>& kernel, std::size_t sharedBytes = 0);

/// Waits for all threads of the block.
void waitForBlock();

/// Waits for all threads of the warp that `mask` names, each with the same mask; gives the `value` that the thread of
/// lane `sourceLane` brought, or one's own if that lane is not in the mask.
std::uint32_t exchange(unsigned mask, std::uint32_t value, unsigned sourceLane);

}  // namespace ulpscope::cuda_on_cpu

inline const auto& threadIdx = ulpscope::cuda_on_cpu::currentThread;
inline const auto& blockIdx = ulpscope::cuda_on_cpu::currentBlock;
inline const auto& blockDim = ulpscope::cuda_on_cpu::blockSize;
inline const auto& gridDim = ulpscope::cuda_on_cpu::gridSize;

inline void __syncthreads() { ulpscope::cuda_on_cpu::waitForBlock(); }

template <class T>
T __shfl_xor_sync(unsigned mask, T value, int laneMask) {
  using ulpscope::cuda_on_cpu::exchange;
  static_assert(sizeof(T) == 4 || sizeof(T) == 8);
  const unsigned lane = threadIdx.x % ulpscope::cuda_on_cpu::kWarpSize ^ static_cast<unsigned>(laneMask);
  if constexpr (sizeof(T) == 4) {
    return std::bit_cast<T>(exchange(mask, std::bit_cast<std::uint32_t>(value), lane));
  } else {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    const std::uint64_t low = exchange(mask, static_cast<std::uint32_t>(bits), lane);
    const std::uint64_t high = exchange(mask, static_cast<std::uint32_t>(bits >> 32), lane);
    return std::bit_cast<T>(high << 32 | low);
  }
}

// Fibers of one thread: nothing can come between.
template <class T>
T atomicMax(T* at, T value) {
  const T old = *at;
  *at = std::max(old, value);
  return old;
}
template <class T>
T atomicAdd(T* at, T value) {
  const T old = *at;
  *at = old + value;
  return old;
}
template <class T>
T atomicSub(T* at, T value) {
  const T old = *at;
  *at = old - value;
  return old;
}

// Vectors that arrays are read and written by; the compiler is told that they are the arrays' elements.
struct __attribute__((may_alias, aligned(16))) float4 {
  float x, y, z, w;
};
struct __attribute__((may_alias, aligned(4))) uchar4 {
  unsigned char x, y, z, w;
};
struct __attribute__((may_alias, aligned(8))) ushort4 {
  unsigned short x, y, z, w;
};
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
inline uchar4 make_uchar4(unsigned char x, unsigned char y, unsigned char z, unsigned char w) { return {x, y, z, w}; }
inline ushort4 make_ushort4(unsigned short x, unsigned short y, unsigned short z, unsigned short w) {
  return {x, y, z, w};
}
