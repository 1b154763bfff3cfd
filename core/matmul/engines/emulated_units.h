// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/matmul/matrix_engine.h"

namespace ulpscope {

/// FP32 as two of TF32 on an A100: the leading part is cut, the other one rounded to nearest, ties away, as CUTLASS has
/// it; the product of the two small parts is left out. Small by large comes first for each instruction's worth of
/// elements. The accumulator goes on from one to the next, or begins at zero for each and is added in float32.
EngineUnit tripleTf32(bool addsInFloat32);

/// FP32 as `parts` of BF16 on a B200, to nearest even; each instruction's worth of elements, smallest products first,
/// has an accumulator that is added in float32. Of two parts the product of the two small ones is left out. Parts are
/// not scaled: below 2^-110 they begin to be lost.
EngineUnit splitBf16(int parts);

}  // namespace ulpscope
