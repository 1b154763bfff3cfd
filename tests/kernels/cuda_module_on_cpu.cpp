// SPDX-License-Identifier: Apache-2.0
// A module as load_cuda_backend.h loads it whose device the processor plays (cuda_backend_on_cpu.h): with it beside the
// program, `ulp --backend cuda` is tested as it is. Such a device has no room for two threads at a time.
#include <cstdio>

#include "kernels/cuda/plugin_abi.h"
#include "tests/kernels/cuda_backend_on_cpu.h"

extern "C" __attribute__((visibility("default"))) ulpscope::kernels::PluginStatus ulpscopeCreateBackend(
    std::uint32_t abi, int device, ulpscope::Backend** backend, char* message, std::size_t messageSize) {
  using namespace ulpscope::kernels;
  if (abi != kPluginAbi) return PluginStatus::OtherAbi;
  auto made = makeCudaBackendOnCpu();
  if (made && device == 0) {
    *backend = made->release();
    return PluginStatus::Created;
  }
  std::snprintf(message, messageSize, "no such device");
  return PluginStatus::NoDevice;
}

extern "C" __attribute__((visibility("default"))) void ulpscopeDestroyBackend(ulpscope::Backend* backend) {
  delete backend;
}
