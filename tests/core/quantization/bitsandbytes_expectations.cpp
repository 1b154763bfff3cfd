// SPDX-License-Identifier: Apache-2.0
#include "tests/core/quantization/scheme_expectations.h"

namespace ulpscope {

/// Half the widest gap of the code book, or how far -1 is from its first value.
std::vector<SchemeExpectation> bitsandbytesExpectations() {
  return {
      {.scheme = "bnb_nf4", .bits = 4 + 32.0 / 64, .error = (1 - 0.6961928009986877) / 2},
      {.scheme = "bnb_fp4", .bits = 4 + 32.0 / 64, .error = 1.0 / 6},
      // A step of 2^-15 of the CPU's search comes on top; NaN is given code 0.
      {.scheme = "bnb_dynamic8", .bits = 8 + 32.0 / 4096, .error = 0.9 / 128 + 0x1p-16, .nanComesBack = false},
      // Weights are rounded to binary16 first.
      {.scheme = "llm_int8", .bits = 8 + 32.0 / 256, .error = 0.5 / 127 + 0x1p-12, .warnings = 1},
  };
}

}  // namespace ulpscope
