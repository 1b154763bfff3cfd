// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/formats/rounding.h"

namespace ulpscope {

/// To an integer, as a float. NaN and infinity stay what they are. Not Rounding::Stochastic.
float roundToInteger(float x, Rounding rounding);

}  // namespace ulpscope
