// SPDX-License-Identifier: Apache-2.0
#pragma once
// As cublas_v2.h beside it.
#include "tests/kernels/cuda_runtime/cublas_v2.h"

using cublasLtHandle_t = struct CublasLtContext*;
using cublasLtMatmulDesc_t = struct CublasLtDescription*;
using cublasLtMatrixLayout_t = struct CublasLtLayout*;
struct cublasLtMatmulAlgo_t;
enum cublasLtMatmulDescAttributes_t : int {
  CUBLASLT_MATMUL_DESC_TRANSA = 3,
  CUBLASLT_MATMUL_DESC_TRANSB = 4,
  CUBLASLT_MATMUL_DESC_FAST_ACCUM = 25,
};

extern "C" {
cublasStatus_t cublasLtCreate(cublasLtHandle_t* handle);
cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle);
cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t* description, cublasComputeType_t compute,
                                        cudaDataType scale);
cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t description);
cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t description,
                                              cublasLtMatmulDescAttributes_t attribute, const void* value,
                                              std::size_t bytes);
cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t* layout, cudaDataType type, std::uint64_t rows,
                                          std::uint64_t columns, std::int64_t ld);
cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t layout);
cublasStatus_t cublasLtMatmul(cublasLtHandle_t handle, cublasLtMatmulDesc_t description, const void* alpha,
                              const void* a, cublasLtMatrixLayout_t layoutOfA, const void* b,
                              cublasLtMatrixLayout_t layoutOfB, const void* beta, const void* c,
                              cublasLtMatrixLayout_t layoutOfC, void* d, cublasLtMatrixLayout_t layoutOfD,
                              const cublasLtMatmulAlgo_t* algorithm, void* workspace, std::size_t bytes,
                              cudaStream_t stream);
}
