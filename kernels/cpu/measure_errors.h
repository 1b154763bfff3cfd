// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>

#include "core/analysis/error_chunk.h"

namespace ulpscope::kernels {

/// measureChunk() of core/analysis/error_chunk.h, to the bit; `found` has another order.
void measureErrors(std::span<const float> x, std::span<const float> y, std::uint64_t first,
                   const ErrorBrackets& brackets, ErrorChunk& into);

}  // namespace ulpscope::kernels
