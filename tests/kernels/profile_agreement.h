// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>

#include "core/backend/backend.h"

namespace ulpscope::kernels {

ProfileAccumulator profileOf(const Backend& backend, std::span<const float> values, float smallestNormal);

/// All but the moments.
void expectSameCounts(const ProfileAccumulator& expected, const ProfileAccumulator& got);

/// The bound on the sums of every backend: relative to m2, to m2^(3/2) / sqrt(n) and to m4, 2^-35. Rounding a sum of n
/// terms of one sign costs at most n 2^-53 of it and a chunk has 2^16 terms, in as many lanes as there are; the shift's
/// distance from the mean costs a little more. Observed on all inputs here: below 2^-43.
void expectWithinBound(const Moments& got, std::span<const float> values);

}  // namespace ulpscope::kernels
