// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <memory>

#include "core/backend/backend.h"

namespace ulpscope::kernels {

/// The CUDA backend of kernels/cuda as it is, on a device that the processor plays: one multiprocessor, and lanes of so
/// many bytes, so that pieces are as small as a test wants them. Its cuBLAS is that of cuda_runtime/fake_cublas.h, in
/// tiles of at most tileBytes; 0: there is none.
Result<std::unique_ptr<Backend>> makeCudaBackendOnCpu(std::size_t laneBytes = std::size_t{4} << 20,
                                                      std::size_t tileBytes = std::size_t{64} << 20);

}  // namespace ulpscope::kernels
