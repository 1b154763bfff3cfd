// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/cublas_library.cuh"

#include <array>
#include <cstdint>

#include "kernels/cuda/check.cuh"

namespace ulpscope::kernels {
namespace {

using Operands = DeviceProduct::Operands;

constexpr float kOne = 1, kZero = 0;
constexpr std::int32_t kWholeOne = 1, kWholeZero = 0;
constexpr std::size_t kWorkspaceBytes = std::size_t{32} << 20;  // what NVIDIA recommends for Hopper, the most of all

/// Every call of cuBLAS goes through here.
Result<> checkCublas(const CublasFunctions& cublas, cublasStatus_t status, const char* what) {
  if (status == CUBLAS_STATUS_SUCCESS) return {};
  const bool isRefusal = status == CUBLAS_STATUS_NOT_SUPPORTED || status == CUBLAS_STATUS_ARCH_MISMATCH;
  return fail(isRefusal ? Errc::Unsupported : Errc::Device,
              std::string("cuBLAS, ") + what + ": " + cublas.getStatusString(status), "cuda");
}

struct Call {
  cudaDataType operand, result;
  cublasComputeType_t compute;
  cublasMath_t mode;
};

constexpr auto kFullReductions = static_cast<cublasMath_t>(
    static_cast<int>(CUBLAS_DEFAULT_MATH) | static_cast<int>(CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION));

Call callOf(Operands operands) {
  switch (operands) {
    case Operands::Float32:
      return {CUDA_R_32F, CUDA_R_32F, CUBLAS_COMPUTE_32F_PEDANTIC, CUBLAS_PEDANTIC_MATH};
    case Operands::TFloat32:
      return {CUDA_R_32F, CUDA_R_32F, CUBLAS_COMPUTE_32F_FAST_TF32, kFullReductions};
    case Operands::Float16:
      return {CUDA_R_16F, CUDA_R_32F, CUBLAS_COMPUTE_32F, kFullReductions};
    case Operands::BFloat16:
      return {CUDA_R_16BF, CUDA_R_32F, CUBLAS_COMPUTE_32F, kFullReductions};
    case Operands::Int8:
      return {CUDA_R_8I, CUDA_R_32I, CUBLAS_COMPUTE_32I, kFullReductions};
    case Operands::Float8E4M3:
      break;
  }
  return {CUDA_R_8F_E4M3, CUDA_R_32F, CUBLAS_COMPUTE_32F, kFullReductions};
}

/// What cublasLt is told about one product; given back at the end.
class LtProduct {
 public:
  explicit LtProduct(const CublasFunctions& cublas) : m_cublas(cublas) {}
  ~LtProduct() {
    for (const cublasLtMatrixLayout_t layout : layouts)
      if (layout) m_cublas.ltMatrixLayoutDestroy(layout);
    if (description) m_cublas.ltMatmulDescDestroy(description);
  }
  LtProduct(const LtProduct&) = delete;
  LtProduct& operator=(const LtProduct&) = delete;

  Result<> describe(const Call& call, const ProductOnDevice& on, bool isFast) {
    if (auto made =
            checkCublas(m_cublas, m_cublas.ltMatmulDescCreate(&description, call.compute, CUDA_R_32F), "product");
        !made)
      return made;
    const auto fast = static_cast<std::int8_t>(isFast);
    for (const auto& [attribute, value, size] :
         {Attribute{CUBLASLT_MATMUL_DESC_TRANSA, &kTransposed, sizeof(kTransposed)},
          Attribute{CUBLASLT_MATMUL_DESC_TRANSB, &kAsItIs, sizeof(kAsItIs)},
          Attribute{CUBLASLT_MATMUL_DESC_FAST_ACCUM, &fast, sizeof(fast)}}) {
      const auto status = m_cublas.ltMatmulDescSetAttribute(description, attribute, value, size);
      if (auto set = checkCublas(m_cublas, status, "product"); !set) return set;
    }
    const std::array<std::array<int, 2>, 3> shapes{{{on.k, on.columns}, {on.k, on.rows}, {on.columns, on.rows}}};
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      const auto rows = static_cast<std::uint64_t>(shapes[i][0]);
      const auto columns = static_cast<std::uint64_t>(shapes[i][1]);
      const auto status = m_cublas.ltMatrixLayoutCreate(&layouts[i], i == 2 ? call.result : call.operand, rows, columns,
                                                        static_cast<std::int64_t>(rows));
      if (auto made = checkCublas(m_cublas, status, "layout"); !made) return made;
    }
    return {};
  }

  cublasLtMatmulDesc_t description = nullptr;
  std::array<cublasLtMatrixLayout_t, 3> layouts{};  ///< of B, A and C, in the order of the call

 private:
  struct Attribute {
    cublasLtMatmulDescAttributes_t attribute;
    const void* value;
    std::size_t size;
  };
  static constexpr cublasOperation_t kTransposed = CUBLAS_OP_T, kAsItIs = CUBLAS_OP_N;

  const CublasFunctions& m_cublas;
};

}  // namespace

Result<std::unique_ptr<CublasLibrary>> CublasLibrary::make(const CublasFunctions& functions) {
  std::unique_ptr<CublasLibrary> library(new CublasLibrary(functions));
  if (auto opened = library->open(); !opened) return tl::unexpected(opened.error());
  return library;
}

CublasLibrary::~CublasLibrary() {
  if (m_ltHandle) m_cublas.ltDestroy(m_ltHandle);
  if (m_handle) m_cublas.destroy(m_handle);
  if (m_stream) cudaStreamDestroy(m_stream);
}

Result<> CublasLibrary::open() {
  if (auto made = check(cudaStreamCreateWithFlags(&m_stream, cudaStreamNonBlocking), "stream"); !made) return made;
  if (auto made = check(m_workspace.allocate(kWorkspaceBytes), "device memory"); !made) return made;
  if (auto made = checkCublas(m_cublas, m_cublas.create(&m_handle), "start"); !made) return made;
  if (auto asked = checkCublas(m_cublas, m_cublas.getVersion(m_handle, &m_version), "version"); !asked) return asked;
  if (auto set = checkCublas(m_cublas, m_cublas.setStream(m_handle, m_stream), "stream"); !set) return set;
  // After the stream, which would put cuBLAS's own in its place.
  const auto status = m_cublas.setWorkspace(m_handle, m_workspace.data(), kWorkspaceBytes);
  if (auto set = checkCublas(m_cublas, status, "workspace"); !set) return set;
  if (auto set = checkCublas(m_cublas, m_cublas.setAtomicsMode(m_handle, CUBLAS_ATOMICS_NOT_ALLOWED), "atomics"); !set)
    return set;
  return checkCublas(m_cublas, m_cublas.ltCreate(&m_ltHandle), "start");
}

Result<> CublasLibrary::begin(const DeviceProduct& product, const ProductOnDevice& on) const {
  return product.operands == Operands::Float8E4M3 ? beginLt(product, on) : beginGemm(product.operands, on);
}

Result<> CublasLibrary::beginGemm(Operands operands, const ProductOnDevice& on) const {
  const Call call = callOf(operands);
  if (auto set = checkCublas(m_cublas, m_cublas.setMathMode(m_handle, call.mode), "math mode"); !set) return set;
  const bool isWhole = call.compute == CUBLAS_COMPUTE_32I;
  const void* const one = isWhole ? static_cast<const void*>(&kWholeOne) : &kOne;
  const void* const zero = isWhole ? static_cast<const void*>(&kWholeZero) : &kZero;
  const auto status =
      m_cublas.gemmEx(m_handle, CUBLAS_OP_T, CUBLAS_OP_N, on.columns, on.rows, on.k, one, on.b, call.operand, on.k,
                      on.a, call.operand, on.k, zero, on.c, call.result, on.columns, call.compute, CUBLAS_GEMM_DEFAULT);
  return checkCublas(m_cublas, status, "product");
}

Result<> CublasLibrary::beginLt(const DeviceProduct& product, const ProductOnDevice& on) const {
  LtProduct lt(m_cublas);
  if (auto described = lt.describe(callOf(product.operands), on, !product.promotes); !described) return described;
  const auto status =
      m_cublas.ltMatmul(m_ltHandle, lt.description, &kOne, on.b, lt.layouts[0], on.a, lt.layouts[1], &kZero, on.c,
                        lt.layouts[2], on.c, lt.layouts[2], nullptr, m_workspace.data(), kWorkspaceBytes, m_stream);
  return checkCublas(m_cublas, status, "product");
}

}  // namespace ulpscope::kernels
