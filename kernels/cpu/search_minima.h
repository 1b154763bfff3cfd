// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>

#include "core/quantization/ggml_search.h"

namespace ulpscope::kernels {

/// ggml::searchMinima(), to the bit, with as many parts at once as two vectors have lanes.
void searchMinima(const ggml::MinimumSearch& search, std::span<const float> x, std::span<const float> w,
                  std::span<ggml::MinimumFit> fits);

}  // namespace ulpscope::kernels
