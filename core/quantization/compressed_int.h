// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/quantization/run_scheme.h"

namespace ulpscope {

/// The integer schemes of compressed-tensors 0.20: its calculate_qparams and quantize (quantization/utils/helpers.py,
/// lifecycle/forward.py) with ranges of the minimum and maximum, for `bits` bits.
///
/// lo = min(x, 0), hi = max(x, 0) of those that share a scale; codes from -2^(bits-1), low, to 2^(bits-1) - 1, high.
/// Symmetric: scale = max |x| / ((high - low) / 2); zero = 0. Asymmetric: scale = (hi - lo) / (high - low);
/// zero = rne(clamp(low - lo / scale, low, high)). A scale of 0 becomes 2^-23. code = rne(clamp(x / scale + zero, low,
/// high)), so that zero is added before the rounding; y = (code - zero) * scale. NaN: 0, for codes and zeros.
RunPlan compressedIntPlan(int bits, const Settings& settings);
/// symmetric, granularity and group.
std::vector<Parameter> compressedIntKnobs(std::string granularity);
SchemeText compressedIntText(int bits);

}  // namespace ulpscope
