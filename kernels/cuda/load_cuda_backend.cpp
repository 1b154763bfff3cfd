// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/load_cuda_backend.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <array>
#include <system_error>

#include "kernels/cuda/plugin_abi.h"

namespace ulpscope::kernels {
namespace {

constexpr char kModuleName[] = "ulpscope_cuda.so";

template <class Function>
Function* findFunction(void* module, const char* name) {
  return reinterpret_cast<Function*>(dlsym(module, name));
}

}  // namespace

Result<std::shared_ptr<Backend>> loadCudaBackend(const std::filesystem::path& path, int device) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return fail(Errc::NotFound, "no CUDA module here", path.string());
  // The CUDA runtime in the module leaves handlers behind that run at exit, so a module that was loaded once stays.
  void* const module = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (!module) return fail(Errc::Unsupported, fmt::format("cannot be loaded: {}", dlerror()), path.string());
  const auto create = findFunction<UlpscopeCreateBackend>(module, kCreateFunction);
  const auto destroy = findFunction<UlpscopeDestroyBackend>(module, kDestroyFunction);
  if (!create || !destroy) {
    dlclose(module);
    return fail(Errc::Unsupported, fmt::format("{} expected, not found: not a module of Ulpscope", kCreateFunction),
                path.string());
  }
  Backend* backend = nullptr;
  std::array<char, 256> message{};
  switch (create(kPluginAbi, device, &backend, message.data(), message.size())) {
    case PluginStatus::Created:
      return std::shared_ptr<Backend>(backend, destroy);
    case PluginStatus::OtherAbi:
      return fail(Errc::Unsupported, message.data(), path.string());
    case PluginStatus::NoDevice:
      break;
  }
  return fail(Errc::Device, message.data(), path.string());
}

Result<std::shared_ptr<Backend>> findCudaBackend(int device) {
  std::error_code failed;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", failed);
  if (failed) return fail(Errc::NotFound, "the program's own folder is not known", "/proc/self/exe");
  const std::filesystem::path folder = program.parent_path();
  // ULPSCOPE_LIBRARY_FOLDER is the install layout's, relative to the prefix; the build tree has the same.
  const std::array places{folder / kModuleName, folder.parent_path() / ULPSCOPE_LIBRARY_FOLDER / kModuleName};
  for (const std::filesystem::path& place : places)
    if (std::filesystem::exists(place, failed)) return loadCudaBackend(place, device);
  return fail(Errc::NotFound, fmt::format("no CUDA module here, nor in {}", places[1].parent_path().string()),
              folder.string());
}

}  // namespace ulpscope::kernels
