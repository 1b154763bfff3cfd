// SPDX-License-Identifier: Apache-2.0
#include "tests/core/quantization/scheme_expectations.h"

namespace ulpscope {

/// Half a step; compressed-tensors clips the positive end by as much.
std::vector<SchemeExpectation> compressedExpectations() {
  return {
      {.scheme = "compressed_int8", .bits = 8 + 32.0 / 256, .error = 0.5 / 127.5, .constantError = 0.5 * 0.5 / 127.5},
      {.scheme = "compressed_int4",
       .bits = 4 + 32.0 / 128,
       .error = 0.5 / 7.5,
       .wholeBlocks = 128,
       .tinyError = 0.5 / 7.5 + 0.01},
      {.scheme = "quanto_int8", .bits = 8 + 32.0 / 256, .error = 0.5 / 127},
      {.scheme = "quanto_int4", .bits = 4 + 64.0 / 128, .error = 0.5 * 2 / 15},
      // A step: the search moves the zero point by up to half of one.
      {.scheme = "hqq", .bits = 4 + 64.0 / 64, .error = 2.0 / 15, .wholeBlocks = 64, .rowsStandAlone = false},
  };
}

}  // namespace ulpscope
