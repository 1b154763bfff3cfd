// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/quantization/block_scheme.h"

namespace ulpscope {

/// eetq_int8, and int8_row as EETQ has it: rows of INT8 with a binary16 scale.
BlockPlan eetqPlan();

}  // namespace ulpscope
