// SPDX-License-Identifier: Apache-2.0
#include "tests/core/checkpoint/container_sample.h"
#include "tests/core/checkpoint/safetensors_builder.h"

namespace ulpscope::test {

std::vector<ContainerSample> safetensorsSamples() {
  const std::string bytes = SafetensorsBuilder()
                                .member("__metadata__", R"({"format":"pt"})")
                                .add("a.weight", "BF16", {2, 3}, 12)
                                .add("b", "F4", {2}, 1)
                                .add("c", "I64", {}, 8)
                                .add("", "F32", {0, 5}, 0)
                                .bytes();
  return {{.name = "safetensors",
           .reader = "safetensors",
           .main = "m.safetensors",
           .files = {{"m.safetensors", asBytes(bytes)}},
           .tensors = 4}};
}

}  // namespace ulpscope::test
