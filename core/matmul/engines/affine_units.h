// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/matmul/matrix_engine.h"

namespace ulpscope {

/// gemmlowp's product, with C in 8 bits or as its sums are.
inline EngineUnit affineUnit(bool requantizes) {
  return {.format = "uint8",
          .inputRounding = Rounding::NearestAway,
          .unit = {.summation = Summation::Exact, .accumulator = Accumulator::Int32},
          .affine = AffineTensors{requantizes}};
}

}  // namespace ulpscope
