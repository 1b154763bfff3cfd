// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/quantization/scheme.h"

namespace ulpscope {

/// Knobs of GPTQ, and what people are told of it.
SchemeInfo gptqInfo();

}  // namespace ulpscope
