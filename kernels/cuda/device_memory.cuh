// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cuda_runtime.h>

#include <cstddef>

namespace ulpscope::kernels {

/// Memory of the device that is current, given back at the end.
class DeviceMemory {
 public:
  DeviceMemory() = default;
  ~DeviceMemory() { cudaFree(m_memory); }  // of nothing is nothing
  DeviceMemory(const DeviceMemory&) = delete;
  DeviceMemory& operator=(const DeviceMemory&) = delete;

  cudaError_t allocate(std::size_t bytes) { return cudaMalloc(&m_memory, bytes); }
  std::byte* data() const { return static_cast<std::byte*>(m_memory); }

 private:
  void* m_memory = nullptr;
};

}  // namespace ulpscope::kernels
