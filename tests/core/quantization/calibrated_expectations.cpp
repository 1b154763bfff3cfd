// SPDX-License-Identifier: Apache-2.0
#include "tests/core/quantization/scheme_expectations.h"

namespace ulpscope {

/// Schemes that look at the inputs of a layer; the laws give them synthetic ones.
std::vector<SchemeExpectation> calibratedExpectations() {
  return {
      // Codes of 4 bits in 8 words of a row of 256; of 2 groups the scales of 16 bits and the zero points; an index of
      // 32
      // bits a column. Nothing bounds how far a weight is moved before it is rounded: the errors are those of these
      // inputs. A
      // constant group without negative weights is clipped to 7/15 of it, which moves the others.
      {.scheme = "gptq",
       .bits = 4 + (2 * (64.0 * 16 + 64 * 4) + 32 * 256) / (64 * 256),
       .error = 0.53,
       .constantError = 0.54},
      // What columns are scaled by comes back into the error. One weight that is not finite leaves no finite output,
      // and
      // with it no scales.
      {.scheme = "awq", .bits = 4 + 20.0 / 128, .error = 0.5, .wholeBlocks = 128, .rowsStandAlone = false},
      {.scheme = "smoothquant", .bits = 8 + 32.0 / 256, .error = 0.08, .constantError = 0.02, .rowsStandAlone = false},
  };
}

}  // namespace ulpscope
