// SPDX-License-Identifier: Apache-2.0
#include "tests/core/checkpoint/container_sample.h"
#include "tests/core/checkpoint/flat_builder.h"

namespace ulpscope::test {

std::vector<ContainerSample> tfliteSamples() {
  const std::string bytes = tfliteModel(
      {tfliteSubgraph(
          {{.name = "input", .type = 0, .shape = {1, 2}},
           {.name = "w", .type = 9, .shape = {2, 2}, .buffer = 1, .scales = {0.5F, 0.25F}, .zeroPoints = {0, 1}},
           {.name = "n", .type = 17, .shape = {3}, .buffer = 2, .scales = {2.0F}, .zeroPoints = {-1}},
           {.name = "b", .type = 0, .shape = {1}, .buffer = 3}})},
      {tfliteBuffer("\x01\xFF\x02\x03"), tfliteBuffer("\x21\x0F"), tfliteBuffer(rawBytes(1.5F))});
  return {{.name = "tflite",
           .reader = "tflite",
           .main = "m.tflite",
           .files = {{"m.tflite", asBytes(bytes)}},
           .tensors = 3}};
}

}  // namespace ulpscope::test
