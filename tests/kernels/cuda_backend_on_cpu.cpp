// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/cuda_backend_on_cpu.h"

// First what stands in for NVIDIA's headers, then the module's own sources.
#include "tests/kernels/cuda_runtime/cuda_runtime.h"
#include "tests/kernels/cuda_runtime/fake_cublas.h"

#include "kernels/cuda/blocks.cu"
#include "kernels/cuda/cublas_functions.cpp"
#include "kernels/cuda/cublas_library.cpp"
#include "kernels/cuda/cublas_products.cpp"
#include "kernels/cuda/device.cu"
#include "kernels/cuda/elementwise.cu"
#include "kernels/cuda/lane.cu"
#include "kernels/cuda/large_pieces.cu"
#include "kernels/cuda/statistics.cu"

namespace ulpscope::kernels {

Result<std::unique_ptr<Backend>> makeCudaBackendOnCpu(std::size_t laneBytes, std::size_t tileBytes) {
  auto device = Device::open({.index = 0, .laneBytes = laneBytes});
  if (!device) return tl::unexpected(device.error());
  const auto load = [tileBytes]() -> Result<const CublasFunctions*> {
    if (tileBytes == 0) return fail(Errc::Unsupported, "cuBLAS is not here", "cuda");
    return &cuda_on_cpu::fakeCublasFunctions();
  };
  auto products = std::make_unique<CublasProducts>((*device)->info(), load, tileBytes);
  return std::make_unique<CudaBackend>(std::move(*device), std::move(products));
}

}  // namespace ulpscope::kernels
