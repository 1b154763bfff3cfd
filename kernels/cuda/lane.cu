// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/lane.cuh"

namespace ulpscope::kernels {

Result<std::unique_ptr<Lane>> Lane::make(std::size_t bytes) {
  std::unique_ptr<Lane> lane(new Lane);
  if (const auto made = check(cudaStreamCreateWithFlags(&lane->m_stream, cudaStreamNonBlocking), "stream"); !made)
    return tl::unexpected(made.error());
  void* device = nullptr;
  cudaError_t status = cudaMalloc(&device, bytes);
  while (status == cudaErrorMemoryAllocation && bytes / 2 >= kLeastBytes) {
    cudaGetLastError();  // forget it: less may do
    bytes /= 2;
    status = cudaMalloc(&device, bytes);
  }
  if (const auto done = check(status, "device memory"); !done) return tl::unexpected(done.error());
  lane->m_device = static_cast<std::byte*>(device);
  void* host = nullptr;
  if (const auto done = check(cudaMallocHost(&host, bytes), "page-locked memory"); !done)
    return tl::unexpected(done.error());
  lane->m_host = static_cast<std::byte*>(host);
  lane->m_capacity = bytes;
  return lane;
}

/// What fails here has failed before, or nobody is left to hear it.
Lane::~Lane() {
  if (m_stream) cudaStreamSynchronize(m_stream);
  if (m_host) cudaFreeHost(m_host);
  if (m_device) cudaFree(m_device);
  if (m_stream) cudaStreamDestroy(m_stream);
}

Result<> Lane::finish() {
  const auto done = check(cudaStreamSynchronize(m_stream), "work on the device");
  if (done)
    for (const auto& take : m_takers) take();
  m_takers.clear();
  m_used = 0;
  return done;
}

void Lane::abandon() {
  cudaStreamSynchronize(m_stream);
  m_takers.clear();
  m_used = 0;
}

}  // namespace ulpscope::kernels
