// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/matmul/matrix_engine.h"

namespace ulpscope {

/// FP32 as two of TF32 on an A100: the leading part is cut, the other one rounded to nearest, ties away, as CUTLASS has
/// it; the product of the two small parts is left out. Each instruction's worth of elements is multiplied small by
/// large first. `promoteEvery` as in DotUnit: 0 adds everything in one accumulator.
EngineUnit tripleTf32(int promoteEvery);

/// FP32 as `parts` of BF16 on a B200, to nearest even; products from zero accumulators, the smallest first, are added
/// in float32. Of two parts the product of the two small ones is left out. Parts are not scaled: below 2^-110 they
/// begin to be lost.
EngineUnit splitBf16(int parts);

}  // namespace ulpscope
