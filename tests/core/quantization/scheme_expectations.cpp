// SPDX-License-Identifier: Apache-2.0
#include "tests/core/quantization/scheme_expectations.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace ulpscope {
namespace {

std::vector<SchemeExpectation> allExpectations() {
  std::vector<SchemeExpectation> all;
  for (const auto& family : {integerExpectations(), mxExpectations(), rowExpectations(), calibratedExpectations(),
                             bitsandbytesExpectations(), compressedExpectations(), ggufExpectations()})
    all.insert(all.end(), family.begin(), family.end());
  return all;
}

}  // namespace

/// Half a step, or what clipping costs where that is more; binary16 scales add 2^-11 of the value.
std::vector<SchemeExpectation> integerExpectations() {
  return {
      {.scheme = "int8_tensor", .bits = 8 + 32.0 / 16384, .error = 0.5 / 127},
      {.scheme = "int8_row", .bits = 8 + 32.0 / 256, .error = 0.5 / 127},
      {.scheme = "int8_column", .bits = 8 + 32.0 / 64, .error = 0.5 / 127},
      {.scheme = "int8_group", .bits = 8 + 32.0 / 128, .error = 0.5 / 127},
      {.scheme = "int_symmetric", .bits = 8 + 32.0 / 256, .error = 0.5 / 127},
      {.scheme = "int_affine", .bits = 8 + 40.0 / 256, .error = 0.5 * 2 / 255},
      {.scheme = "fp8_tensor", .bits = 8 + 32.0 / 16384, .error = 16.0 / 448},
      {.scheme = "fp8_row", .bits = 8 + 32.0 / 256, .error = 16.0 / 448},
  };
}

const SchemeExpectation& expectationOf(std::string_view scheme) {
  static const std::vector<SchemeExpectation> all = allExpectations();
  static const SchemeExpectation none{};
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& e) { return e.scheme == scheme; });
  EXPECT_NE(found, all.end()) << "a new scheme states what the laws may expect of it: " << scheme;
  return found == all.end() ? none : *found;
}

}  // namespace ulpscope
