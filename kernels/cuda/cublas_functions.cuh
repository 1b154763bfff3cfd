// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cublasLt.h>
#include <cublas_v2.h>

#include <type_traits>

#include "core/base/result.h"

namespace ulpscope::kernels {

/// cublasGemmEx has overloads for older programs, from which this picks the one that the library has.
using CublasGemmEx = cublasStatus_t(cublasHandle_t, cublasOperation_t, cublasOperation_t, int m, int n, int k,
                                    const void* alpha, const void* a, cudaDataType, int lda, const void* b,
                                    cudaDataType, int ldb, const void* beta, void* c, cudaDataType, int ldc,
                                    cublasComputeType_t, cublasGemmAlgo_t);
static_assert(std::is_same_v<decltype(static_cast<CublasGemmEx*>(&cublasGemmEx)), CublasGemmEx*>);

/// What is used of cuBLAS, found when the program runs: the library has hundreds of megabytes and is not everywhere.
/// Types are those of its headers.
struct CublasFunctions {
  decltype(cublasCreate_v2)* create = nullptr;
  decltype(cublasDestroy_v2)* destroy = nullptr;
  decltype(cublasGetVersion_v2)* getVersion = nullptr;
  decltype(cublasGetStatusString)* getStatusString = nullptr;
  decltype(cublasSetStream_v2)* setStream = nullptr;
  decltype(cublasSetWorkspace_v2)* setWorkspace = nullptr;
  decltype(cublasSetMathMode)* setMathMode = nullptr;
  decltype(cublasSetAtomicsMode)* setAtomicsMode = nullptr;
  CublasGemmEx* gemmEx = nullptr;

  decltype(cublasLtCreate)* ltCreate = nullptr;
  decltype(cublasLtDestroy)* ltDestroy = nullptr;
  decltype(cublasLtMatmulDescCreate)* ltMatmulDescCreate = nullptr;
  decltype(cublasLtMatmulDescDestroy)* ltMatmulDescDestroy = nullptr;
  decltype(cublasLtMatmulDescSetAttribute)* ltMatmulDescSetAttribute = nullptr;
  decltype(cublasLtMatrixLayoutCreate)* ltMatrixLayoutCreate = nullptr;
  decltype(cublasLtMatrixLayoutDestroy)* ltMatrixLayoutDestroy = nullptr;
  decltype(cublasLtMatmul)* ltMatmul = nullptr;
};

/// Those of libcublas and libcublasLt, loaded once and for good. Unsupported: they are not here, or lack a function.
Result<const CublasFunctions*> loadCublas();

}  // namespace ulpscope::kernels
