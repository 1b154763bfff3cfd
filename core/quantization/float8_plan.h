// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/quantization/block_scheme.h"

namespace ulpscope {

/// The knob `format` and what it means: shared by fp8_tensor and fp8_row.
Parameter float8Knob();
BlockPlan float8Plan(const Settings& settings, Granularity granularity);

}  // namespace ulpscope
