// SPDX-License-Identifier: Apache-2.0
#include "tests/core/quantization/scheme_expectations.h"

namespace ulpscope {

/// FBGEMM, gemmlowp, EETQ and FP8 by squares. A range of at most 2 over the steps there are, half a step; a rounded
/// zero point moves the ends of the range by another half. Where ranges leave NaN out, it becomes a number.
std::vector<SchemeExpectation> rowExpectations() {
  return {
      {.scheme = "eetq_int8", .bits = 8 + 16.0 / 256, .error = 1.0 / 128 + 0x1p-11, .constantError = 0.5 / 128},
      {.scheme = "fbgemm_rowwise",
       .bits = 8 + 64.0 / 256,
       .error = 0.75 * 2 / 255,
       .nanComesBack = false,
       .infinityComesBack = true},
      {.scheme = "fbgemm_fused8", .bits = 8 + 64.0 / 256, .error = 0.5 * 2 / 255, .nanComesBack = false},
      {.scheme = "fbgemm_fused4",
       .bits = 4 + 32.0 / 256,
       .error = 0.5 * 2 / 15 + 0x1p-10,
       .wholeBlocks = 2,
       .nanComesBack = false},
      {.scheme = "fbgemm_fused2",
       .bits = 2 + 32.0 / 256,
       .error = 0.5 * 2 / 3 + 0x1p-10,
       .wholeBlocks = 4,
       .nanComesBack = false},
      {.scheme = "fbgemm_outlier_aware",
       .bits = 8 + (64 * 64.0 + 32 * 65) / 16384,
       .error = 0.75 * 2 / 255,
       .nanComesBack = false},
      {.scheme = "gemmlowp", .bits = 8 + 40.0 / 16384, .error = 0.75 * 2 / 255, .nanComesBack = false},
      {.scheme = "fp8_block128", .bits = 8 + 2 * 32.0 / 16384, .error = 16.0 / 448, .rowsStandAlone = false},
  };
}

}  // namespace ulpscope
