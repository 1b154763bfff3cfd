// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace ulpscope::kernels {

/// Raises rowMaxima[r] and columnMaxima[c] to the largest |value|, NaN left out, by one thread. Row r starts at
/// values + r * stride and has columnMaxima.size() elements.
void raiseAbsMaxima(const float* values, std::size_t stride, std::span<float> rowMaxima, std::span<float> columnMaxima);
/// The same for codes, as Backend::absMaximaOfCodes has it.
void raiseAbsMaxima(const std::uint16_t* codes, std::size_t stride, std::uint16_t infinity,
                    std::span<std::uint16_t> rowMaxima, std::span<std::uint16_t> columnMaxima);

}  // namespace ulpscope::kernels
