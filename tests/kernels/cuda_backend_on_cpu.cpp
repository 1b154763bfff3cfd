// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/cuda_backend_on_cpu.h"

// First what stands in for NVIDIA's headers, then the module's own sources.
#include "tests/kernels/cuda_runtime/cuda_runtime.h"

#include "kernels/cuda/blocks.cu"
#include "kernels/cuda/device.cu"
#include "kernels/cuda/elementwise.cu"
#include "kernels/cuda/lane.cu"
#include "kernels/cuda/statistics.cu"

namespace ulpscope::kernels {

Result<std::unique_ptr<Backend>> makeCudaBackendOnCpu(std::size_t laneBytes) {
  auto device = Device::open({.index = 0, .laneBytes = laneBytes});
  if (!device) return tl::unexpected(device.error());
  return std::make_unique<CudaBackend>(std::move(*device));
}

}  // namespace ulpscope::kernels
