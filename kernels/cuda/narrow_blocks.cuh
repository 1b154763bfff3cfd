// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "kernels/cuda/block_access.cuh"
#include "kernels/plans/narrow_arithmetic.h"

namespace ulpscope::kernels {

/// Whole blocks of at most kWarp * kFour values, a multiple of four, in one pass.
template <NarrowBlockCodec::Kind kKind>
__global__ void encodeNarrowKernel(NarrowBlockCodec codec, RoundingPlan plan, BlockLayout layout, const float* values,
                                   std::uint8_t* codes, float* scales) {
  plan.rounding = Rounding::NearestEven;  // which it is: the branches on it are left out
  forEachBlock(layout, [&](const BlockOfLane& own) {
    const unsigned i = own.lane * kFour;
    const bool isThere = i < own.length;
    const Four four = isThere ? loadFour(values + own.first + i) : Four{};
    std::int32_t largest = 0;
    for (const float x : four.of) largest = Larger()(largest, std::bit_cast<std::int32_t>(x) & 0x7FFFFFFF);
    const NarrowStep step = narrowStep<kKind>(codec, combined(largest, layout.lanes, Larger()));
    if (!isThere) return;
    FourCodes coded;
    for (unsigned k = 0; k < kFour; ++k) coded.of[k] = narrowCode<kKind>(plan, step, four.of[k]);
    storeFour(codes + own.first + i, coded);
    if (own.lane == 0) scales[own.block] = step.scale;
  });
}

/// Whole blocks.
__global__ void decodeNarrowKernel(NarrowBlockCodec codec, DecodingPlan plan, BlockFinder blockOf, unsigned size,
                                   const std::uint8_t* codes, const float* scales, float* values) {
  const auto restored = [&](std::uint32_t code, unsigned block) {
    return narrowValue(codec, plan, code, scales[block]);
  };
  restoreCodes(blockOf, size, codes, values, restored);
}

}  // namespace ulpscope::kernels
