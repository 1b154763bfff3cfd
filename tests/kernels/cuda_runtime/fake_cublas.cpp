// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/cuda_runtime/fake_cublas.h"

#include <gtest/gtest.h>

#include <cstring>

#include "core/backend/backend.h"
#include "core/formats/codec.h"
#include "core/matmul/matrix_product.h"

struct CublasContext {
  cudaStream_t stream = nullptr;
  void* workspace = nullptr;
  cublasMath_t mode = CUBLAS_DEFAULT_MATH;
  cublasAtomicsMode_t atomics = CUBLAS_ATOMICS_ALLOWED;
};
struct CublasLtContext {};
struct CublasLtDescription {
  cublasOperation_t ofA = CUBLAS_OP_N, ofB = CUBLAS_OP_N;
  std::int8_t fast = 0;
};
struct CublasLtLayout {
  cudaDataType type;
  int rows, columns, ld;
};

namespace ulpscope::cuda_on_cpu {
namespace {

cublasStatus_t next() {
  const cudaError_t failed = nextCall();
  if (failed == cudaSuccess) return CUBLAS_STATUS_SUCCESS;
  return failed == cudaErrorMemoryAllocation ? CUBLAS_STATUS_ALLOC_FAILED : CUBLAS_STATUS_EXECUTION_FAILED;
}

template <class T>
cublasStatus_t make(T** into, T value = {}) {
  if (const cublasStatus_t failed = next(); failed != CUBLAS_STATUS_SUCCESS) return failed;
  *into = new T(value);
  ++fakeCublas().heldItems;
  return CUBLAS_STATUS_SUCCESS;
}
template <class T>
cublasStatus_t destroy(T* made) {
  delete made;
  --fakeCublas().heldItems;
  return next();
}

const char* formatOf(cudaDataType type, cublasComputeType_t compute) {
  if (compute == CUBLAS_COMPUTE_32F_FAST_TF32) return "tfloat32";
  switch (type) {
    case CUDA_R_16F:
      return "float16";
    case CUDA_R_16BF:
      return "bfloat16";
    case CUDA_R_8F_E4M3:
      return "float8_e4m3fn";
    default:
      return "float32";
  }
}

/// A matrix as BLAS describes it.
struct Operand {
  const void* data;
  cudaDataType type;
  int ld;
  bool isTransposed;

  /// Element (i, j) of op(matrix).
  double at(int i, int j) const {
    const auto index = static_cast<std::size_t>(isTransposed ? j + std::int64_t{i} * ld : i + std::int64_t{j} * ld);
    const auto code = [&]<class Code>(Code) {
      Code read;
      std::memcpy(&read, static_cast<const std::byte*>(data) + index * sizeof(Code), sizeof(Code));
      return read;
    };
    if (type == CUDA_R_8I) return code(std::int8_t{});
    if (type == CUDA_R_32F) return static_cast<double>(code(float{}));
    const FloatSpec& spec = *findFormat(formatOf(type, CUBLAS_COMPUTE_32F))->floatSpec();
    return static_cast<double>(
        decodeToFloat(spec, type == CUDA_R_8F_E4M3 ? code(std::uint8_t{}) : code(std::uint16_t{})));
  }
};

struct Product {
  Operand a, b;
  int m, n, k;
  void* c;
  cudaDataType typeOfC;
  int ldc;
  cublasComputeType_t compute;

  DenseMatrix computed() const {
    DenseMatrix rows{std::size_t(m), std::size_t(k), {}}, columns{std::size_t(n), std::size_t(k), {}};
    for (int i = 0; i < m; ++i)
      for (int p = 0; p < k; ++p) rows.values.push_back(a.at(i, p));
    for (int j = 0; j < n; ++j)
      for (int p = 0; p < k; ++p) columns.values.push_back(b.at(p, j));
    const bool isSimple = compute == CUBLAS_COMPUTE_32I || compute == CUBLAS_COMPUTE_32F_PEDANTIC;
    const std::string engine = compute == CUBLAS_COMPUTE_32I ? "exact@float64"
                               : isSimple                    ? "fma@float32"
                                                             : fakeCublas().engine + "@" + formatOf(a.type, compute);
    ProductSettings settings{.engine = *parseEngine(engine)};
    if (!isSimple) settings.order = fakeCublas().order;
    settings.inputRounding = Rounding::TowardZero;
    return multiply(settings, rows, columns, *makeReferenceBackend(), {})->c;
  }

  void run() const {
    if (fakeCublas().onProduct) fakeCublas().onProduct();
    const DenseMatrix product = computed();
    for (int i = 0; i < m; ++i)
      for (int j = 0; j < n; ++j) {
        std::byte* const into = static_cast<std::byte*>(c) + 4 * (std::size_t(i) + std::size_t(j) * std::size_t(ldc));
        const double value = product.values[std::size_t(i) * std::size_t(n) + std::size_t(j)];
        const auto single = static_cast<float>(value);
        const auto whole = static_cast<std::int32_t>(typeOfC == CUDA_R_32I ? value : 0);
        std::memcpy(into, typeOfC == CUDA_R_32I ? static_cast<const void*>(&whole) : &single, 4);
      }
  }

  void begin(cudaStream_t stream) const {
    EXPECT_TRUE(m > 0 && n > 0 && k > 0 && ldc >= m);
    EXPECT_GE(a.ld, a.isTransposed ? k : m);
    EXPECT_GE(b.ld, b.isTransposed ? n : k);
    EXPECT_EQ(a.type, b.type);
    for (const void* memory : {a.data, b.data, static_cast<const void*>(c)})
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % 16, 0U);
    FakeCublas& fake = fakeCublas();
    fake.compute = compute;
    ++fake.products;
    stream->work.push_back([product = *this] { product.run(); });
  }
};

cublasStatus_t setStream(cublasHandle_t handle, cudaStream_t stream) {
  handle->stream = stream;
  handle->workspace = nullptr;  // as cuBLAS has it
  return next();
}
cublasStatus_t setWorkspace(cublasHandle_t handle, void* workspace, std::size_t bytes) {
  EXPECT_GE(bytes, std::size_t{32} << 20);
  handle->workspace = workspace;
  return next();
}
cublasStatus_t setMathMode(cublasHandle_t handle, cublasMath_t mode) {
  handle->mode = mode;
  return next();
}
cublasStatus_t setAtomicsMode(cublasHandle_t handle, cublasAtomicsMode_t mode) {
  handle->atomics = mode;
  return next();
}

cublasStatus_t gemmEx(cublasHandle_t handle, cublasOperation_t ofA, cublasOperation_t ofB, int m, int n, int k,
                      const void* alpha, const void* a, cudaDataType typeOfA, int lda, const void* b,
                      cudaDataType typeOfB, int ldb, const void* beta, void* c, cudaDataType typeOfC, int ldc,
                      cublasComputeType_t compute, cublasGemmAlgo_t algorithm) {
  EXPECT_TRUE(handle->stream && handle->workspace);
  EXPECT_EQ(handle->atomics, CUBLAS_ATOMICS_NOT_ALLOWED);
  EXPECT_EQ(algorithm, CUBLAS_GEMM_DEFAULT);
  EXPECT_NE(typeOfA, CUDA_R_8F_E4M3) << "not by this call";
  const bool isWhole = compute == CUBLAS_COMPUTE_32I;
  EXPECT_EQ(typeOfC, isWhole ? CUDA_R_32I : CUDA_R_32F);
  if (isWhole) {
    EXPECT_EQ(*static_cast<const std::int32_t*>(alpha), 1);
    EXPECT_EQ(*static_cast<const std::int32_t*>(beta), 0);
    EXPECT_TRUE(lda % 4 == 0 && ldb % 4 == 0);
  } else {
    EXPECT_EQ(*static_cast<const float*>(alpha), 1);
    EXPECT_EQ(*static_cast<const float*>(beta), 0);
  }
  if (const cublasStatus_t failed = next(); failed != CUBLAS_STATUS_SUCCESS) return failed;
  fakeCublas().mode = handle->mode;
  Product{
      {a, typeOfA, lda, ofA == CUBLAS_OP_T}, {b, typeOfB, ldb, ofB == CUBLAS_OP_T}, m, n, k, c, typeOfC, ldc, compute}
      .begin(handle->stream);
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t setAttribute(cublasLtMatmulDesc_t description, cublasLtMatmulDescAttributes_t attribute,
                            const void* value, std::size_t bytes) {
  switch (attribute) {
    case CUBLASLT_MATMUL_DESC_TRANSA:
      EXPECT_EQ(bytes, sizeof(description->ofA));
      std::memcpy(&description->ofA, value, bytes);
      break;
    case CUBLASLT_MATMUL_DESC_TRANSB:
      EXPECT_EQ(bytes, sizeof(description->ofB));
      std::memcpy(&description->ofB, value, bytes);
      break;
    case CUBLASLT_MATMUL_DESC_FAST_ACCUM:
      EXPECT_EQ(bytes, sizeof(description->fast));
      std::memcpy(&description->fast, value, bytes);
      break;
  }
  return next();
}

cublasStatus_t ltMatmul(cublasLtHandle_t, cublasLtMatmulDesc_t description, const void* alpha, const void* a,
                        cublasLtMatrixLayout_t layoutOfA, const void* b, cublasLtMatrixLayout_t layoutOfB,
                        const void* beta, const void*, cublasLtMatrixLayout_t layoutOfC, void* d,
                        cublasLtMatrixLayout_t layoutOfD, const cublasLtMatmulAlgo_t*, void* workspace, std::size_t,
                        cudaStream_t stream) {
  EXPECT_EQ(*static_cast<const float*>(alpha), 1);
  EXPECT_EQ(*static_cast<const float*>(beta), 0);
  EXPECT_TRUE(workspace);
  EXPECT_EQ(layoutOfC, layoutOfD);
  // What FP8 is for: A transposed, B not, sizes that are multiples of 16.
  EXPECT_TRUE(description->ofA == CUBLAS_OP_T && description->ofB == CUBLAS_OP_N);
  const int k = layoutOfA->rows;
  EXPECT_EQ(layoutOfB->rows, k);
  EXPECT_TRUE(layoutOfC->rows == layoutOfA->columns && layoutOfC->columns == layoutOfB->columns);
  EXPECT_TRUE(k % 16 == 0 && layoutOfA->columns % 16 == 0 && layoutOfB->columns % 16 == 0);
  if (const cublasStatus_t failed = next(); failed != CUBLAS_STATUS_SUCCESS) return failed;
  fakeCublas().isFast = description->fast != 0;
  Product{{a, layoutOfA->type, layoutOfA->ld, true},
          {b, layoutOfB->type, layoutOfB->ld, false},
          layoutOfC->rows,
          layoutOfC->columns,
          k,
          d,
          layoutOfD->type,
          layoutOfD->ld,
          CUBLAS_COMPUTE_32F}
      .begin(stream);
  return CUBLAS_STATUS_SUCCESS;
}

}  // namespace

FakeCublas& fakeCublas() {
  static FakeCublas fake;
  return fake;
}

const kernels::CublasFunctions& fakeCublasFunctions() {
  static const kernels::CublasFunctions functions{
      .create = [](cublasHandle_t* handle) { return make(handle); },
      .destroy = [](cublasHandle_t handle) { return destroy(handle); },
      .getVersion =
          [](cublasHandle_t, int* version) {
            *version = 130'102;
            return next();
          },
      .getStatusString = [](cublasStatus_t) { return "failed as asked"; },
      .setStream = setStream,
      .setWorkspace = setWorkspace,
      .setMathMode = setMathMode,
      .setAtomicsMode = setAtomicsMode,
      .gemmEx = gemmEx,
      .ltCreate = [](cublasLtHandle_t* handle) { return make(handle); },
      .ltDestroy = [](cublasLtHandle_t handle) { return destroy(handle); },
      .ltMatmulDescCreate =
          [](cublasLtMatmulDesc_t* description, cublasComputeType_t compute, cudaDataType scale) {
            EXPECT_TRUE(compute == CUBLAS_COMPUTE_32F && scale == CUDA_R_32F);
            return make(description);
          },
      .ltMatmulDescDestroy = [](cublasLtMatmulDesc_t description) { return destroy(description); },
      .ltMatmulDescSetAttribute = setAttribute,
      .ltMatrixLayoutCreate =
          [](cublasLtMatrixLayout_t* layout, cudaDataType type, std::uint64_t rows, std::uint64_t columns,
             std::int64_t ld) {
            EXPECT_GE(ld, std::int64_t(rows));
            return make(layout, CublasLtLayout{type, int(rows), int(columns), int(ld)});
          },
      .ltMatrixLayoutDestroy = [](cublasLtMatrixLayout_t layout) { return destroy(layout); },
      .ltMatmul = ltMatmul};
  return functions;
}

}  // namespace ulpscope::cuda_on_cpu
