// SPDX-License-Identifier: Apache-2.0
#pragma once
// Backend::quantizeBlocks. Short blocks are done by a part of a warp in one pass: it finds the block's facts, works out
// the step, and codes the values that its registers still hold. Of long ones many thread blocks find the facts, one
// works out the step, and all code.
#include "kernels/cuda/block_access.cuh"
#include "kernels/cuda/block_facts.cuh"

namespace ulpscope::kernels {

/// Blocks of up to this many values are short: what a warp reads twice then comes from the first-level cache.
inline constexpr unsigned kLongestShortBlock = 8192;

/// Where codes go; zeroPoints of Affine only.
struct DeviceBlockCodes {
  std::uint8_t* codes;
  float* scales;
  std::int32_t* zeroPoints;
};

/// Precondition: layout.blockSize <= kLongestShortBlock.
template <BlockCodec::Kind kKind>
__global__ void quantizeShortBlocks(BlockCodec codec, BlockLayout layout, const float* values, DeviceBlockCodes out) {
  const unsigned stride = layout.lanes * kFour;
  const bool isHeld = layout.blockSize <= stride;
  forEachBlock(layout, [&](const BlockOfLane& own) {
    const float* const in = values + own.first;
    Four held{};
    BlockFacts facts;
    for (unsigned i = own.lane * kFour; i < own.length; i += stride) {
      const unsigned count = own.countAt(i);
      held = loadUpToFour(in + i, count, layout.inFours);
      for (unsigned k = 0; k < kFour; ++k)
        if (k < count) facts.add(held.of[k], i + k);
    }
    facts = combinedFacts<kKind>(facts, layout.lanes);
    const BlockOutcome outcome = outcomeOf<kKind>(codec, facts, own.length < codec.blockSize);
    for (unsigned i = own.lane * kFour; i < own.length; i += stride) {
      const unsigned count = own.countAt(i);
      const Four four = isHeld ? held : loadUpToFour(in + i, count, layout.inFours);
      FourCodes codes;
      for (unsigned k = 0; k < kFour; ++k) codes.of[k] = codeOf<kKind>(codec, outcome.step, four.of[k]);
      storeUpToFour(out.codes + own.first + i, codes, count, layout.inFours);
    }
    if (own.lane != 0 || own.length == 0) return;
    out.scales[own.block] = outcome.stored.scale;
    if constexpr (kKind == BlockCodec::Kind::Affine) out.zeroPoints[own.block] = outcome.stored.zeroPoint;
  });
}

/// A part of a long block, one thread block's.
inline constexpr unsigned kBlockPart = 8192;

/// parts[block * partsInBlock + part] = facts of that part; places count from the block's beginning plus `from`. Launch
/// with a thread block for each.
__global__ void findBlockFacts(BlockLayout layout, unsigned partsInBlock, std::uint64_t from, const float* values,
                               BlockFacts* parts) {
  __shared__ FactsMemory memory;
  const unsigned first = blockIdx.x / partsInBlock * layout.blockSize;
  const unsigned begin = blockIdx.x % partsInBlock * kBlockPart;
  const unsigned left = layout.size - first;
  const unsigned length = left < layout.blockSize ? left : layout.blockSize;
  const unsigned end = length < begin + kBlockPart ? length : begin + kBlockPart;
  BlockFacts facts;
  for (unsigned i = begin + threadIdx.x * kFour; i < end; i += kThreads * kFour) {
    const unsigned count = end - i < kFour ? end - i : kFour;
    const Four four = loadUpToFour(values + first + i, count, layout.inFours);
    for (unsigned k = 0; k < kFour; ++k)
      if (k < count) facts.add(four.of[k], from + i + k);
  }
  facts = factsOfThreads(facts, memory.get());
  if (threadIdx.x == 0) parts[blockIdx.x] = facts;
}

/// Launch with a thread block for each block.
__global__ void findBlockSteps(BlockCodec codec, BlockLayout layout, unsigned partsInBlock, const BlockFacts* parts,
                               BlockStep* steps, DeviceBlockCodes out) {
  __shared__ FactsMemory memory;
  const unsigned block = blockIdx.x;
  BlockFacts facts;
  for (unsigned part = threadIdx.x; part < partsInBlock; part += kThreads)
    facts.merge(parts[block * partsInBlock + part]);
  facts = factsOfThreads(facts, memory.get());
  if (threadIdx.x != 0) return;
  const bool isShort = layout.size - block * layout.blockSize < codec.blockSize;
  const BlockOutcome outcome = outcomeOfAnyKind(codec, facts, isShort);
  steps[block] = outcome.step;
  out.scales[block] = outcome.stored.scale;
  if (codec.kind == BlockCodec::Kind::Affine) out.zeroPoints[block] = outcome.stored.zeroPoint;
}

/// codes[i] by the step of its block.
template <BlockCodec::Kind kKind>
__global__ void encodeLongBlocks(BlockCodec codec, BlockFinder blockOf, unsigned size, const float* values,
                                 const BlockStep* steps, std::uint8_t* codes) {
  forEachFour(
      size,
      [&](std::size_t i) {
        const Four four = loadFour(values + i);
        const FourCodes blocks = blockOf.four(i);
        FourCodes coded;
        for (unsigned k = 0; k < kFour; ++k) coded.of[k] = codeOf<kKind>(codec, steps[blocks.of[k]], four.of[k]);
        storeFour(codes + i, coded);
      },
      [&](std::size_t i) { codes[i] = static_cast<std::uint8_t>(codeOf<kKind>(codec, steps[blockOf(i)], values[i])); });
}

}  // namespace ulpscope::kernels
