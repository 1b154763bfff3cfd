// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/matmul/matrix_engine.h"

namespace ulpscope {

/// One way of adding in float32 for operands of each of the usual formats, FP32 first, and in float64 for FP64. The
/// accumulators are set here.
std::vector<EngineUnit> idealUnits(DotUnit unit);

}  // namespace ulpscope
