// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>

#include "core/backend/backend.h"

namespace ulpscope::kernels {

/// SIMD with run-time dispatch, `threads` threads (0: as many as the machine has). Results do not depend on the number
/// of threads, and equal the reference backend's to the bit, but for the sums of profile(), which take another shift.
std::unique_ptr<Backend> makeCpuBackend(int threads = 0);

}  // namespace ulpscope::kernels
