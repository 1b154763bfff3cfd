// SPDX-License-Identifier: Apache-2.0
// The module that load_cuda_backend.h loads: its two functions. It uses headers of core, and the few of its sources
// that Backend itself consists of: with core's archive it would bring registries of its own into the program.
#include "kernels/cuda/cuda_backend.cuh"

#include <cstdio>
#include <new>

#include "kernels/cuda/plugin_abi.h"

#define ULPSCOPE_EXPORT extern "C" __attribute__((visibility("default")))

ULPSCOPE_EXPORT ulpscope::kernels::PluginStatus ulpscopeCreateBackend(std::uint32_t abi, int device,
                                                                      ulpscope::Backend** backend, char* message,
                                                                      std::size_t messageSize) {
  using namespace ulpscope::kernels;
  if (abi != kPluginAbi) {
    std::snprintf(message, messageSize, "version %u of the module interface expected, %u found", abi, kPluginAbi);
    return PluginStatus::OtherAbi;
  }
  auto opened = Device::open({.index = device});
  if (!opened) {
    std::snprintf(message, messageSize, "%s", opened.error().message.c_str());
    return PluginStatus::NoDevice;
  }
  auto products = makeCublasProducts((*opened)->info());
  *backend = new (std::nothrow) CudaBackend(std::move(*opened), std::move(products));
  if (*backend) return PluginStatus::Created;
  std::snprintf(message, messageSize, "out of memory");
  return PluginStatus::NoDevice;
}

ULPSCOPE_EXPORT void ulpscopeDestroyBackend(ulpscope::Backend* backend) { delete backend; }
