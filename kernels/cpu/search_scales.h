// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>

#include "core/quantization/ggml_search.h"

namespace ulpscope::kernels {

/// ggml::searchScales(), to the bit, with as many parts at once as two vectors have lanes.
void searchScales(const ggml::ScaleSearch& search, std::span<const float> x, std::span<const float> w,
                  std::span<float> scales, std::span<std::uint8_t> shifted);

}  // namespace ulpscope::kernels
