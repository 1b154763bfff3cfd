// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "kernels/cuda/threads.cuh"
#include "kernels/plans/divider.h"

namespace ulpscope::kernels {

/// How blocks lie among threads: `lanes` neighbouring lanes, a power of two up to a warp, share a block, four values
/// a lane at a time.
struct BlockLayout {
  unsigned size;       ///< all values, below 2^31
  unsigned blockSize;  ///< the last block may be short
  unsigned lanes;
  bool inFours;  ///< blockSize is a multiple of four, so that every block begins at 16 bytes
};

inline BlockLayout blockLayout(std::size_t size, std::size_t blockSize) {
  unsigned lanes = 1;
  while (lanes < kWarp && lanes * kFour < blockSize) lanes *= 2;
  return {static_cast<unsigned>(size), static_cast<unsigned>(blockSize), lanes, blockSize % kFour == 0};
}

/// The blocks of single values; four that begin at a multiple of four share one where blocks do, too.
struct BlockFinder {
  Divider divider;
  bool inFours;

  __device__ unsigned operator()(std::size_t i) const { return divider.quotient(static_cast<unsigned>(i)); }
  __device__ FourCodes four(std::size_t i) const {
    const unsigned first = (*this)(i);
    if (inFours) return {{first, first, first, first}};
    return {{first, (*this)(i + 1), (*this)(i + 2), (*this)(i + 3)}};
  }
};

/// Preconditions: there are fewer than 2^31 values and 0 < blockSize <= 2^31.
inline BlockFinder blockFinder(std::size_t blockSize) {
  return {Divider(static_cast<std::uint32_t>(blockSize)), blockSize % kFour == 0};
}

/// values[i] = restored(codes[i], the block of i).
template <class Restored>
__device__ void restoreCodes(const BlockFinder& blockOf, unsigned size, const std::uint8_t* codes, float* values,
                             const Restored& restored) {
  forEachFour(
      size,
      [&](std::size_t i) {
        const FourCodes coded = loadFour(codes + i);
        const FourCodes blocks = blockOf.four(i);
        Four four;
        for (unsigned k = 0; k < kFour; ++k) four.of[k] = restored(coded.of[k], blocks.of[k]);
        storeFour(values + i, four);
      },
      [&](std::size_t i) { values[i] = restored(codes[i], blockOf(i)); });
}

/// `count` values, at most four, from `at` on; the rest is zero.
__device__ inline Four loadUpToFour(const float* at, unsigned count, bool inFours) {
  if (inFours && count == kFour) return loadFour(at);
  Four four{};
  for (unsigned k = 0; k < kFour; ++k)
    if (k < count) four.of[k] = at[k];
  return four;
}

__device__ inline void storeUpToFour(std::uint8_t* at, const FourCodes& codes, unsigned count, bool inFours) {
  if (inFours && count == kFour) return storeFour(at, codes);
  for (unsigned k = 0; k < kFour; ++k)
    if (k < count) at[k] = static_cast<std::uint8_t>(codes.of[k]);
}

/// The block that a lane works at, and its part of it.
struct BlockOfLane {
  unsigned block;
  unsigned first;   ///< of all values
  unsigned length;  ///< 0 behind the last block
  unsigned lane;    ///< among those of the block

  /// How many of four values from `i` on the block has.
  __device__ unsigned countAt(unsigned i) const { return length - i < kFour ? length - i : kFour; }
};

/// Calls work(block) for all blocks; the lanes of a warp call it equally often.
template <class Work>
__device__ void forEachBlock(const BlockLayout& layout, const Work& work) {
  const unsigned blocks = (layout.size + layout.blockSize - 1) / layout.blockSize;
  const unsigned ofWarp = kWarp / layout.lanes;
  const unsigned warp = blockIdx.x * kWarps + threadIdx.x / kWarp;
  const unsigned lane = threadIdx.x % kWarp;
  for (unsigned begin = warp * ofWarp; begin < blocks; begin += gridDim.x * kWarps * ofWarp) {
    const unsigned block = begin + lane / layout.lanes;
    const unsigned first = block * layout.blockSize;
    const unsigned left = block < blocks ? layout.size - first : 0;
    work(BlockOfLane{block, first, left < layout.blockSize ? left : layout.blockSize, lane % layout.lanes});
  }
}

}  // namespace ulpscope::kernels
