// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>

#include "kernels/plans/rounding_plan.h"

namespace ulpscope::kernels {

/// Each value rounded, by one thread. `out` is `in` or apart from it. `stream`: write past the caches, for outputs that
/// will not fit in them.
void roundValues(const RoundingPlan& plan, std::span<const float> in, std::span<float> out, bool stream);

/// Codes of formats of up to 8, and up to 16, bits.
void encodeValues(const RoundingPlan& plan, std::span<const float> in, std::span<std::uint8_t> codes, bool stream);
void encodeValues(const RoundingPlan& plan, std::span<const float> in, std::span<std::uint16_t> codes, bool stream);

}  // namespace ulpscope::kernels
