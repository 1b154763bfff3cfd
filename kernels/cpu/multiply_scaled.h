// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <span>

#include "core/matmul/block_scaled_dot.h"

namespace ulpscope::kernels {

/// Backend::multiplyAdd() of operands with scales, to the bit, by one thread. false, and nothing is done, where the
/// lanes do not cover it: other blocks than 32 elements with scales that are powers of two and 64 in groups of 16, and
/// products or sums that are not finite, or near the ends of float32.
bool multiplyScaled(const ScaledUnit& unit, const ScaledBlock& a, const ScaledBlock& b, std::size_t length,
                    std::span<float> c);

}  // namespace ulpscope::kernels
