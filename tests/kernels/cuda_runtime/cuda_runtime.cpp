// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/cuda_runtime/cuda_runtime.h"

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <map>
#include <optional>

namespace ulpscope::cuda_on_cpu {
namespace {

constexpr std::size_t kAlignment = 256;  // cudaMalloc's

struct Failure {
  std::size_t call;
  cudaError_t error;
  bool forGood;
};

std::optional<Failure> failure;
std::size_t memoryLimit = std::numeric_limits<std::size_t>::max();
std::map<void*, std::size_t> deviceMemory;
std::size_t deviceBytes = 0;
std::size_t hostAllocations = 0;
std::size_t streams = 0;
std::size_t kernelsLaunched = 0;
struct {
  int major = 9, minor = 0;
} capability;

void* allocate(std::size_t bytes) {
  void* const memory = std::aligned_alloc(kAlignment, (bytes + kAlignment - 1) / kAlignment * kAlignment);
  constexpr std::size_t kMostFilled = std::size_t{8} << 20;
  std::memset(memory, 0xA5, std::min(bytes, kMostFilled));  // nothing may count on zeros
  return memory;
}

}  // namespace

cudaError_t nextCall() {
  if (!failure) return cudaSuccess;
  if (failure->call > 0) {
    --failure->call;
    return cudaSuccess;
  }
  const cudaError_t error = failure->error;
  if (!failure->forGood) failure.reset();
  return error;
}

void failAt(std::size_t call, cudaError_t error, bool forGood) { failure = Failure{call, error, forGood}; }
void neverFail() { failure.reset(); }
void setComputeCapability(int major, int minor) { capability = {major, minor}; }
void limitDeviceMemory(std::size_t bytes) { memoryLimit = bytes; }
std::size_t heldResources() { return deviceMemory.size() + hostAllocations + streams; }
std::size_t launchedKernels() { return kernelsLaunched; }

void launchLazily(const cudaLaunchConfig_t& config, std::function<void()> kernel) {
  assert(config.gridDim.x > 0 && config.blockDim.x > 0 && config.blockDim.x <= 1024);
  config.stream->work.push_back([config, kernel = std::move(kernel)] {
    ++kernelsLaunched;
    launch(config.gridDim.x, config.blockDim.x, kernel, config.dynamicSmemBytes);
  });
}

}  // namespace ulpscope::cuda_on_cpu

using ulpscope::cuda_on_cpu::nextCall;

cudaError_t cudaGetDeviceCount(int* count) {
  *count = 1;
  return nextCall();
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int) {
  std::strcpy(properties->name, "processor");
  properties->multiProcessorCount = 1;
  properties->major = ulpscope::cuda_on_cpu::capability.major;
  properties->minor = ulpscope::cuda_on_cpu::capability.minor;
  return nextCall();
}

cudaError_t cudaSetDevice(int) { return nextCall(); }
cudaError_t cudaGetLastError() { return cudaSuccess; }

const char* cudaGetErrorString(cudaError_t error) {
  return error == cudaErrorMemoryAllocation ? "out of memory" : "failed as asked";
}

cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
  using namespace ulpscope::cuda_on_cpu;
  if (const cudaError_t failed = nextCall(); failed != cudaSuccess) return failed;
  if (bytes > memoryLimit - deviceBytes) return cudaErrorMemoryAllocation;
  *memory = allocate(bytes);
  deviceMemory[*memory] = bytes;
  deviceBytes += bytes;
  return cudaSuccess;
}

cudaError_t cudaFree(void* memory) {
  using namespace ulpscope::cuda_on_cpu;
  if (!memory) return nextCall();
  const auto found = deviceMemory.find(memory);
  assert(found != deviceMemory.end());
  deviceBytes -= found->second;
  deviceMemory.erase(found);
  std::free(memory);
  return nextCall();
}

cudaError_t cudaMallocHost(void** memory, std::size_t bytes) {
  using namespace ulpscope::cuda_on_cpu;
  if (const cudaError_t failed = nextCall(); failed != cudaSuccess) return failed;
  *memory = allocate(bytes);
  ++hostAllocations;
  return cudaSuccess;
}

cudaError_t cudaFreeHost(void* memory) {
  --ulpscope::cuda_on_cpu::hostAllocations;
  std::free(memory);
  return nextCall();
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind, cudaStream_t stream) {
  if (const cudaError_t failed = nextCall(); failed != cudaSuccess) return failed;
  stream->work.push_back([to, from, bytes] { std::memcpy(to, from, bytes); });
  return cudaSuccess;
}

cudaError_t cudaMemsetAsync(void* memory, int value, std::size_t bytes, cudaStream_t stream) {
  if (const cudaError_t failed = nextCall(); failed != cudaSuccess) return failed;
  stream->work.push_back([memory, value, bytes] { std::memset(memory, value, bytes); });
  return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  if (const cudaError_t failed = nextCall(); failed != cudaSuccess) return failed;
  *stream = new CudaStream;
  ++ulpscope::cuda_on_cpu::streams;
  return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  delete stream;
  --ulpscope::cuda_on_cpu::streams;
  return nextCall();
}

/// Work of a stream whose device fails is lost.
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  const std::vector<std::function<void()>> work = std::exchange(stream->work, {});
  if (const cudaError_t failed = nextCall(); failed != cudaSuccess) return failed;
  for (const auto& step : work) step();
  return cudaSuccess;
}
