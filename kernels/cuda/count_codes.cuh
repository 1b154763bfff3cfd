// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "kernels/cuda/shared_memory.cuh"
#include "kernels/cuda/threads.cuh"

namespace ulpscope::kernels {

using DeviceCount = unsigned long long;  // what atomicAdd takes

/// counts[code] += occurrences. A table for each warp, so that warps seldom wait for each other.
__global__ void countCodes8(const std::uint8_t* codes, std::size_t size, DeviceCount* counts) {
  __shared__ unsigned tables[kWarps][256];
  for (unsigned i = threadIdx.x; i < kWarps * 256; i += kThreads) tables[i / 256][i % 256] = 0;
  __syncthreads();
  unsigned* const own = tables[threadIdx.x / kWarp];
  forEachFour(
      size,
      [&](std::size_t i) {
        for (const std::uint32_t code : loadFour(codes + i).of) atomicAdd(&own[code], 1U);
      },
      [&](std::size_t i) { atomicAdd(&own[codes[i]], 1U); });
  __syncthreads();
  unsigned sum = 0;
  for (const auto& table : tables) sum += table[threadIdx.x];
  static_assert(kThreads == 256);
  if (sum != 0) atomicAdd(&counts[threadIdx.x], DeviceCount{sum});
}

/// 16-bit counts of half of all codes: as much shared memory as two thread blocks can have beside each other.
inline constexpr unsigned kHalfTable = 32'768;
inline constexpr std::size_t kHalfTableBytes = kHalfTable * sizeof(std::uint16_t);

/// One more in a table of two 16-bit counts a word. The thread that makes a count 2^15 takes it all out again: until it
/// has, others can add at most one for each thread of the block, so that a count never runs into its neighbour.
__device__ inline void countOne(unsigned* table, DeviceCount* counts, std::uint32_t code) {
  constexpr unsigned kFull = 0x8000;
  static_assert(kThreads < kFull);
  const unsigned place = code % 2 * 16;
  const unsigned before = atomicAdd(&table[code / 2], 1U << place);
  if ((before >> place & 0xFFFF) != kFull - 1) return;
  atomicSub(&table[code / 2], kFull << place);
  atomicAdd(&counts[code], DeviceCount{kFull});
}

/// Launch with kHalfTableBytes of shared memory and an even number of blocks: of two neighbours, which read the same
/// codes at about the same time, one counts the lower half of all codes and the other the upper half.
__global__ void countCodes16(const std::uint16_t* codes, std::size_t size, DeviceCount* counts) {
  auto* const table = static_cast<unsigned*>(dynamicSharedMemory());
  for (unsigned i = threadIdx.x; i < kHalfTable / 2; i += kThreads) table[i] = 0;
  __syncthreads();
  const std::uint32_t half = blockIdx.x % 2 * kHalfTable;
  DeviceCount* const countsOfHalf = counts + half;
  const auto count = [&](std::uint32_t code) {
    if ((code & kHalfTable) == half) countOne(table, countsOfHalf, code & (kHalfTable - 1));
  };
  const std::size_t thread = std::size_t{blockIdx.x / 2} * kThreads + threadIdx.x;
  const std::size_t step = std::size_t{gridDim.x / 2} * kThreads * kFour;
  const std::size_t whole = size / kFour * kFour;
  for (std::size_t i = thread * kFour; i < whole; i += step)
    for (const std::uint32_t code : loadFour(codes + i).of) count(code);
  if (thread < size - whole) count(codes[whole + thread]);
  __syncthreads();
  for (unsigned i = threadIdx.x; i < kHalfTable / 2; i += kThreads) {
    const unsigned both = table[i];
    if ((both & 0xFFFF) != 0) atomicAdd(&countsOfHalf[2 * i], DeviceCount{both & 0xFFFF});
    if (both >> 16 != 0) atomicAdd(&countsOfHalf[2 * i + 1], DeviceCount{both >> 16});
  }
}

}  // namespace ulpscope::kernels
