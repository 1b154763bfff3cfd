// SPDX-License-Identifier: Apache-2.0
#pragma once
// What kernels/cuda uses of the CUDA runtime, on the CPU: its .cu files are compiled with this in place of NVIDIA's
// header, so that the whole backend runs where no device is. Kernels run as tests/kernels/cuda_on_cpu.h says.
//
// Streams are lazy: what is put into one is done when somebody waits for it, and not before, so that a result that is
// used too early, or memory that is used again too early, shows. Not modelled: that streams overlap.
#include <cstddef>
#include <functional>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/kernels/cuda_on_cpu.h"

enum cudaError_t : int {
  cudaSuccess = 0,
  cudaErrorMemoryAllocation = 2,
  cudaErrorNoDevice = 100,
  cudaErrorIllegalAddress = 700,
  cudaErrorLaunchFailure = 719,
};

enum cudaMemcpyKind : int { cudaMemcpyHostToDevice = 1, cudaMemcpyDeviceToHost = 2 };
enum cudaFuncAttribute : int { cudaFuncAttributeMaxDynamicSharedMemorySize = 8 };
inline constexpr unsigned cudaStreamNonBlocking = 1;

struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned blocks = 1) : x(blocks), y(1), z(1) {}
};

struct cudaDeviceProp {
  char name[256];
  int multiProcessorCount;
  int major, minor;
};

struct CudaStream {
  std::vector<std::function<void()>> work;
};
using cudaStream_t = CudaStream*;

struct cudaLaunchConfig_t {
  dim3 gridDim;
  dim3 blockDim;
  std::size_t dynamicSmemBytes;
  cudaStream_t stream;
};

cudaError_t cudaGetDeviceCount(int* count);
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device);
cudaError_t cudaSetDevice(int device);
cudaError_t cudaGetLastError();
const char* cudaGetErrorString(cudaError_t error);
cudaError_t cudaMalloc(void** memory, std::size_t bytes);
cudaError_t cudaFree(void* memory);
cudaError_t cudaMallocHost(void** memory, std::size_t bytes);
cudaError_t cudaFreeHost(void* memory);
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, cudaStream_t stream);
cudaError_t cudaMemsetAsync(void* memory, int value, std::size_t bytes, cudaStream_t stream);
cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags);
cudaError_t cudaStreamDestroy(cudaStream_t stream);
cudaError_t cudaStreamSynchronize(cudaStream_t stream);

namespace ulpscope::cuda_on_cpu {

/// Whether this call of the runtime fails, and how: see failAt.
cudaError_t nextCall();

/// The call number `call` from now on fails, 0 the next one, and with `forGood` all after it: a device that is lost.
void failAt(std::size_t call, cudaError_t error, bool forGood);
void neverFail();

/// What the device says it is; 9.0 unless told otherwise.
void setComputeCapability(int major, int minor);

/// Of device memory; more is refused.
void limitDeviceMemory(std::size_t bytes);

/// Allocations of either kind and streams that were not given back.
std::size_t heldResources();

/// Kernels that ran, of all threads of all blocks, since the program began.
std::size_t launchedKernels();

void launchLazily(const cudaLaunchConfig_t& config, std::function<void()> kernel);

}  // namespace ulpscope::cuda_on_cpu

template <class... Parameters, class... Arguments>
cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t* config, void (*kernel)(Parameters...),
                               Arguments&&... arguments) {
  if (const cudaError_t failed = ulpscope::cuda_on_cpu::nextCall(); failed != cudaSuccess) return failed;
  ulpscope::cuda_on_cpu::launchLazily(
      *config, [kernel, given = std::tuple<Parameters...>(std::forward<Arguments>(arguments)...)] {
        std::apply(kernel, given);
      });
  return cudaSuccess;
}

template <class Kernel>
cudaError_t cudaFuncSetAttribute(Kernel*, cudaFuncAttribute, int) {
  return ulpscope::cuda_on_cpu::nextCall();
}
