// SPDX-License-Identifier: Apache-2.0
#include "tests/core/quantization/scheme_expectations.h"

namespace ulpscope {

/// Bits: bytes of a block times 8 over its values. Errors: half a step, or the whole one that the value of the other
/// sign lacks at the end of the codes; binary16 scales add 2^-11 of the value. Where scales and minimums are integers
/// themselves, half of one of either more, the scale's times all codes. ggml takes no notice of NaN.
std::vector<SchemeExpectation> ggufExpectations() {
  return {
      {.scheme = "q8_0", .bits = 8.5, .error = 0.5 / 127 + 0x1p-11, .wholeBlocks = 32, .nanComesBack = false},
      {.scheme = "q4_0", .bits = 4.5, .error = 1.0 / 8 + 0x1p-11, .wholeBlocks = 32, .nanComesBack = false},
      {.scheme = "q4_1", .bits = 5, .error = 1.0 / 15 + 0x1p-10, .wholeBlocks = 32, .nanComesBack = false},
      {.scheme = "q5_0", .bits = 5.5, .error = 1.0 / 16 + 0x1p-11, .wholeBlocks = 32, .nanComesBack = false},
      {.scheme = "q5_1", .bits = 6, .error = 1.0 / 31 + 0x1p-10, .wholeBlocks = 32, .nanComesBack = false},
      {.scheme = "q2_k", .bits = 2.625, .error = 1.0 / 3 + 1.5 / 15, .wholeBlocks = 256, .nanComesBack = false},
      {.scheme = "q3_k",
       .bits = 3.4375,
       .error = 1.0 / 4,
       .wholeBlocks = 256,
       .nanComesBack = false,
       .infinityComesBack = false},
      {.scheme = "q4_k", .bits = 4.5, .error = 1.0 / 15 + 1.5 / 63, .wholeBlocks = 256, .nanComesBack = false},
      {.scheme = "q5_k", .bits = 5.5, .error = 1.0 / 31 + 1.5 / 63, .wholeBlocks = 256, .nanComesBack = false},
      {.scheme = "q6_k",
       .bits = 6.5625,
       .error = 1.0 / 32,
       .wholeBlocks = 256,
       .nanComesBack = false,
       .infinityComesBack = false},
      {.scheme = "iq4_nl", .bits = 4.5, .error = 14.0 / 127 + 0x1p-11, .wholeBlocks = 32, .nanComesBack = false},
      {.scheme = "iq4_xs",
       .bits = 4.25,
       .error = 14.0 / 127 + 0.5 / 32,
       .wholeBlocks = 256,
       .nanComesBack = false,
       .infinityComesBack = false},
      {.scheme = "tq1_0", .bits = 1.6875, .error = 0.5, .wholeBlocks = 256, .nanComesBack = false},
      {.scheme = "tq2_0", .bits = 2.0625, .error = 0.5, .wholeBlocks = 256, .nanComesBack = false},
  };
}

}  // namespace ulpscope
