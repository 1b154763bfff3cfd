// SPDX-License-Identifier: Apache-2.0
#pragma once
// BlockFacts of one block from those of many threads, and what follows from them.
#include "kernels/cuda/threads.cuh"
#include "kernels/plans/block_arithmetic.h"
#include "kernels/plans/block_kinds.h"

namespace ulpscope::kernels {

/// The facts that `lanes` lanes found of one block, in all of them. Only what the codec's kind reads is exchanged.
template <BlockCodec::Kind kKind>
__device__ inline BlockFacts combinedFacts(BlockFacts facts, unsigned lanes) {
  using Kind = BlockCodec::Kind;
  for (unsigned distance = lanes / 2; distance > 0; distance /= 2) {
    const int d = static_cast<int>(distance);
    BlockFacts other;
    other.magnitude = __shfl_xor_sync(kAllLanes, facts.magnitude, d);
    if constexpr (kKind == Kind::Affine) {
      other.lo = __shfl_xor_sync(kAllLanes, facts.lo, d);
      other.hi = __shfl_xor_sync(kAllLanes, facts.hi, d);
    }
    if constexpr (kKind == Kind::Q4_0) {
      other.signedMax = __shfl_xor_sync(kAllLanes, facts.signedMax, d);
      other.at = __shfl_xor_sync(kAllLanes, facts.at, d);
    }
    facts.merge(other);
  }
  return facts;
}

/// All facts that any kind reads, of all threads of a thread block; thread 0 has them.
__device__ inline BlockFacts factsOfThreads(BlockFacts facts, BlockFacts* ofWarp) {
  for (unsigned distance = kWarp / 2; distance > 0; distance /= 2) {
    const int d = static_cast<int>(distance);
    BlockFacts other;
    other.magnitude = __shfl_xor_sync(kAllLanes, facts.magnitude, d);
    other.lo = __shfl_xor_sync(kAllLanes, facts.lo, d);
    other.hi = __shfl_xor_sync(kAllLanes, facts.hi, d);
    other.signedMax = __shfl_xor_sync(kAllLanes, facts.signedMax, d);
    other.at = __shfl_xor_sync(kAllLanes, facts.at, d);
    facts.merge(other);
  }
  if (threadIdx.x % kWarp == 0) ofWarp[threadIdx.x / kWarp] = facts;
  __syncthreads();
  for (unsigned warp = 0; warp < kWarps; ++warp) facts.merge(ofWarp[warp]);
  return facts;
}

/// BlockFacts in shared memory, which starts no constructors.
struct FactsMemory {
  alignas(BlockFacts) unsigned char bytes[kWarps * sizeof(BlockFacts)];
  __device__ BlockFacts* get() { return reinterpret_cast<BlockFacts*>(bytes); }
};

/// The outcome for any kind.
ULPSCOPE_SHARED inline BlockOutcome outcomeOfAnyKind(const BlockCodec& codec, const BlockFacts& facts, bool isShort) {
  return withCodecKind(codec.kind, [&]<BlockCodec::Kind kKind>() { return outcomeOf<kKind>(codec, facts, isShort); });
}

}  // namespace ulpscope::kernels
