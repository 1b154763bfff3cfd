// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/cuda_on_cpu.h"

#include <gtest/gtest.h>

#include <vector>

namespace ulpscope::cuda_on_cpu {
namespace {

TEST(CudaOnCpu, RunsEveryThreadOfEveryBlock) {
  std::vector<int> calls(3 * 40);
  launch(3, 40, [&] { ++calls[blockIdx.x * blockDim.x + threadIdx.x]; });
  EXPECT_EQ(calls, std::vector<int>(120, 1));
}

TEST(CudaOnCpu, HoldsThreadsAtABarrierUntilAllHaveCome) {
  std::vector<int> before(64);
  std::vector<int> sums(64);
  launch(1, 64, [&] {
    before[threadIdx.x] = 1;
    __syncthreads();
    for (const int value : before) sums[threadIdx.x] += value;
  });
  EXPECT_EQ(sums, std::vector<int>(64, 64));
}

TEST(CudaOnCpu, ExchangesValuesWithinEachWarpStepByStep) {
  std::vector<int> sums(64);
  launch(1, 64, [&] {
    int sum = static_cast<int>(threadIdx.x);
    for (int distance = 16; distance > 0; distance /= 2) sum += __shfl_xor_sync(0xFFFFFFFFu, sum, distance);
    sums[threadIdx.x] = sum;
  });
  for (std::size_t thread = 0; thread < 64; ++thread) EXPECT_EQ(sums[thread], thread < 32 ? 496 : 496 + 32 * 32);
}

TEST(CudaOnCpu, ReportsABarrierThatSomeThreadsNeverReach) {
  const auto kernel = [] {
    if (threadIdx.x < 16) __syncthreads();
  };
  EXPECT_THROW(launch(1, 32, kernel), DivergentThreads);
}

TEST(CudaOnCpu, ReportsABarrierThatMeetsAWarpOperation) {
  const auto kernel = [] {
    if (threadIdx.x < 16)
      __syncthreads();
    else
      __shfl_xor_sync(0xFFFFFFFFu, 0, 1);
  };
  EXPECT_THROW(launch(1, 32, kernel), DivergentThreads);
}

TEST(CudaOnCpu, ReportsAWarpOperationWithoutAllItNames) {
  const auto kernel = [] {
    if (threadIdx.x != 3) __shfl_xor_sync(0xFFFFFFFFu, 0, 1);
  };
  EXPECT_THROW(launch(1, 32, kernel), DivergentThreads);
}

}  // namespace
}  // namespace ulpscope::cuda_on_cpu
