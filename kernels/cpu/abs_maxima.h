// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <span>

namespace ulpscope::kernels {

/// Raises rowMaxima[r] and columnMaxima[c] to the largest |value|, NaN left out, by one thread. Row r starts at
/// values + r * stride and has columnMaxima.size() elements.
void raiseAbsMaxima(const float* values, std::size_t stride, std::span<float> rowMaxima, std::span<float> columnMaxima);

}  // namespace ulpscope::kernels
