// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cuda_runtime.h>

#include <string>

#include "core/base/result.h"

namespace ulpscope::kernels {

/// Every CUDA call goes through here.
inline Result<> check(cudaError_t status, const char* what) {
  if (status == cudaSuccess) return {};
  return fail(Errc::Device, std::string(what) + ": " + cudaGetErrorString(status), "cuda");
}

}  // namespace ulpscope::kernels
