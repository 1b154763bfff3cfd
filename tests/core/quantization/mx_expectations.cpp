// SPDX-License-Identifier: Apache-2.0
#include "tests/core/quantization/scheme_expectations.h"

namespace ulpscope {

/// The maximum 1 is the largest power of two of the elements; half a step below it is the largest error. Others are
/// rounded to a step of their own. Infinity saturates to a value beyond float's.
/// NVFP4: the maximum is 6; the step below is 2. ModelOpt divides 0 by 0 in a tensor of zeros, and the scale of the
/// tensor follows an infinity.
std::vector<SchemeExpectation> mxExpectations() {
  return {
      {.scheme = "mxfp8_e4m3", .bits = 8.25, .error = 8.0 / 256, .tinyError = 1.0 / 16},
      {.scheme = "mxfp8_e5m2", .bits = 8.25, .error = 2048.0 / 32768, .tinyError = 1.0 / 8},
      {.scheme = "mxfp6_e3m2", .bits = 6.25, .error = 1.0 / 16, .tinyError = 1.0 / 8},
      {.scheme = "mxfp6_e2m3", .bits = 6.25, .error = 0.125 / 4, .tinyError = 1.0 / 16},
      {.scheme = "mxfp4", .bits = 4.25, .error = 0.5 / 4, .tinyError = 1.0 / 4},
      {.scheme = "mxint8", .bits = 8.25, .error = 0.5 / 64},
      {.scheme = "nvfp4",
       .bits = 4.5 + 32.0 / 16384,
       .error = 1.0 / 6,
       .wholeBlocks = 16,
       .rowsStandAlone = false,
       .zerosComeBack = false},
  };
}

}  // namespace ulpscope
