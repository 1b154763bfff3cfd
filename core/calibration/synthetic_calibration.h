// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "core/calibration/layer_calibration.h"

namespace ulpscope {

/// Inputs for a layer of which none were recorded: independent normal numbers times a scale a column, which is
/// log-normal (2^(0.7 n)), and 20 times as large in one column of 128 (at least one). Real inputs are correlated, so
/// that schemes that make use of it (GPTQ) gain less here than they would.
///
/// Twice as many vectors as columns, at least 256 and at most what makes 2^25 numbers. The same on every platform: a
/// normal number is the sum of twelve uniform ones, less six, and powers of two are a polynomial.
LayerCalibration syntheticCalibration(std::uint64_t columns, std::uint64_t seed);

}  // namespace ulpscope
