// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ulpscope::kernels {

/// The shared memory that a launch asked for beside a kernel's own, of any alignment that a vector needs.
#ifdef __CUDACC__
__device__ inline void* dynamicSharedMemory() {
  extern __shared__ uint4 memory[];
  return memory;
}
#else
void* dynamicSharedMemory();  // of the launcher in the tests
#endif

}  // namespace ulpscope::kernels
