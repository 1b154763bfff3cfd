// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>

#include <array>

#include "kernels/cuda/cublas_functions.cuh"

namespace ulpscope::kernels {
namespace {

/// Of the major version whose headers the module was built with: where the dynamic linker looks, then where NVIDIA's
/// packages put it.
struct Library {
  std::array<const char*, 2> names;
};
constexpr Library kCublas{{"libcublas.so.13", "/usr/local/cuda/lib64/libcublas.so.13"}};
constexpr Library kCublasLt{{"libcublasLt.so.13", "/usr/local/cuda/lib64/libcublasLt.so.13"}};
static_assert(CUBLAS_VER_MAJOR == 13, "the names of the libraries have their major version");

Result<void*> open(const Library& library) {
  std::string why;
  for (const char* name : library.names) {
    // Never closed: like the CUDA runtime, it leaves handlers behind that run at exit.
    if (void* const loaded = dlopen(name, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE)) return loaded;
    if (why.empty()) why = dlerror();
  }
  return fail(Errc::Unsupported,
              std::string("cuBLAS is not here: ") + library.names[0] + " was looked for, also as " + library.names[1] +
                  " (" + why + ")",
              "cuda");
}

/// Looks functions up by name and remembers the first that is missing.
class Finder {
 public:
  explicit Finder(void* library) : m_library(library) {}

  template <class Function>
  void find(Function*& function, const char* name) {
    function = reinterpret_cast<Function*>(dlsym(m_library, name));
    if (!function && !m_missing) m_missing = name;
  }
  const char* missing() const { return m_missing; }

 private:
  void* m_library;
  const char* m_missing = nullptr;
};

const char* findIn(void* library, void* ltLibrary, CublasFunctions& functions) {
  Finder cublas(library);
  cublas.find(functions.create, "cublasCreate_v2");
  cublas.find(functions.destroy, "cublasDestroy_v2");
  cublas.find(functions.getVersion, "cublasGetVersion_v2");
  cublas.find(functions.getStatusString, "cublasGetStatusString");
  cublas.find(functions.setStream, "cublasSetStream_v2");
  cublas.find(functions.setWorkspace, "cublasSetWorkspace_v2");
  cublas.find(functions.setMathMode, "cublasSetMathMode");
  cublas.find(functions.setAtomicsMode, "cublasSetAtomicsMode");
  cublas.find(functions.gemmEx, "cublasGemmEx");
  Finder lt(ltLibrary);
  lt.find(functions.ltCreate, "cublasLtCreate");
  lt.find(functions.ltDestroy, "cublasLtDestroy");
  lt.find(functions.ltMatmulDescCreate, "cublasLtMatmulDescCreate");
  lt.find(functions.ltMatmulDescDestroy, "cublasLtMatmulDescDestroy");
  lt.find(functions.ltMatmulDescSetAttribute, "cublasLtMatmulDescSetAttribute");
  lt.find(functions.ltMatrixLayoutCreate, "cublasLtMatrixLayoutCreate");
  lt.find(functions.ltMatrixLayoutDestroy, "cublasLtMatrixLayoutDestroy");
  lt.find(functions.ltMatmul, "cublasLtMatmul");
  return cublas.missing() ? cublas.missing() : lt.missing();
}

Result<CublasFunctions> load() {
  const auto ltLibrary = open(kCublasLt);  // first: libcublas needs it, and would not find it beside itself
  if (!ltLibrary) return tl::unexpected(ltLibrary.error());
  const auto library = open(kCublas);
  if (!library) return tl::unexpected(library.error());
  CublasFunctions functions;
  if (const char* const missing = findIn(*library, *ltLibrary, functions))
    return fail(Errc::Unsupported, std::string("cuBLAS has no ") + missing + ", which was looked for", "cuda");
  return functions;
}

}  // namespace

Result<const CublasFunctions*> loadCublas() {
  static const Result<CublasFunctions> loaded = load();
  if (!loaded) return tl::unexpected(loaded.error());
  return &*loaded;
}

}  // namespace ulpscope::kernels
