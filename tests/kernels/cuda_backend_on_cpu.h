// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <memory>

#include "core/backend/backend.h"

namespace ulpscope::kernels {

/// The CUDA backend of kernels/cuda as it is, on a device that the processor plays: one multiprocessor, and lanes of so
/// many bytes, so that pieces are as small as a test wants them.
Result<std::unique_ptr<Backend>> makeCudaBackendOnCpu(std::size_t laneBytes = std::size_t{4} << 20);

}  // namespace ulpscope::kernels
