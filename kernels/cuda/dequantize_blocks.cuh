// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "kernels/cuda/block_access.cuh"
#include "kernels/plans/block_arithmetic.h"

namespace ulpscope::kernels {

/// values[i] = what codes[i] stands for in its block. Codes are looked up in a table, as shared memory takes
/// an index that differs from thread to thread; sixteen values of NF4 lie in as many banks.
__global__ void dequantizeKernel(BlockCodec codec, BlockFinder blockOf, unsigned size, const std::uint8_t* codes,
                                 const float* scales, const std::int32_t* zeroPoints, float* values) {
  __shared__ float bare[256];
  static_assert(kThreads == 256);
  bare[threadIdx.x] = bareValueOf(codec, threadIdx.x);
  __syncthreads();
  const bool hasZeroPoints = codec.kind == BlockCodec::Kind::Affine;
  const auto restored = [&](std::uint32_t code, unsigned block) {
    return scaledValueOf(codec, bare[code], {scales[block], hasZeroPoints ? zeroPoints[block] : 0});
  };
  restoreCodes(blockOf, size, codes, values, restored);
}

}  // namespace ulpscope::kernels
