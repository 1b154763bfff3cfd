// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>

#include "core/matmul/device_product.h"
#include "kernels/cuda/cublas_functions.cuh"
#include "kernels/cuda/device_memory.cuh"

namespace ulpscope::kernels {

/// A product whose operands lie on the device: `rows` rows of A at a and `columns` columns of B at b, `k` codes each,
/// and C, row-major, at c. All sizes are multiples of kProductGranule, all addresses of 16.
struct ProductOnDevice {
  const void* a;
  const void* b;
  void* c;
  int rows, columns, k;
};

/// cuBLAS on the device that is current, as it is told to compute:
/// - Float32: CUBLAS_COMPUTE_32F_PEDANTIC, no tensor cores and no emulation;
/// - TFloat32: CUBLAS_COMPUTE_32F_FAST_TF32 of floats that are rounded already, so that its own conversion is the
///   identity; NVIDIA_TF32_OVERRIDE=0 in the environment would keep it from using TF32 at all;
/// - Float16, BFloat16: CUBLAS_COMPUTE_32F; C is float32, reductions in less precision are not allowed;
/// - Int8: CUBLAS_COMPUTE_32I, C is int32;
/// - Float8E4M3: cublasLtMatmul, CUBLAS_COMPUTE_32F, C is float32, scales are 1, fast accumulation unless the product
///   promotes.
/// alpha is 1, beta 0. Atomics are not allowed, one stream, a workspace of 32 MiB, so that a product is the same each
/// time. Which kernel runs, and with it the order of K, is the choice of heuristics and depends on the sizes.
///
/// cuBLAS is column-major: it is asked for C^T = B^T A with rows of K codes each, one operand transposed and the other
/// not, as FP8 needs it.
class CublasLibrary {
 public:
  /// Device errors, and Unsupported where cuBLAS refuses the device.
  static Result<std::unique_ptr<CublasLibrary>> make(const CublasFunctions& functions);
  ~CublasLibrary();
  CublasLibrary(const CublasLibrary&) = delete;
  CublasLibrary& operator=(const CublasLibrary&) = delete;

  int version() const { return m_version; }  ///< 130002 is 13.0.2
  cudaStream_t stream() const { return m_stream; }

  /// Puts the product into the stream.
  Result<> begin(const DeviceProduct& product, const ProductOnDevice& on) const;

 private:
  explicit CublasLibrary(const CublasFunctions& functions) : m_cublas(functions) {}
  Result<> open();
  Result<> beginGemm(DeviceProduct::Operands operands, const ProductOnDevice& on) const;
  Result<> beginLt(const DeviceProduct& product, const ProductOnDevice& on) const;

  const CublasFunctions& m_cublas;
  cudaStream_t m_stream = nullptr;
  cublasHandle_t m_handle = nullptr;
  cublasLtHandle_t m_ltHandle = nullptr;
  DeviceMemory m_workspace;
  int m_version = 0;
};

}  // namespace ulpscope::kernels
