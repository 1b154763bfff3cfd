// SPDX-License-Identifier: Apache-2.0
#include "tests/core/checkpoint/container_sample.h"
#include "tests/core/checkpoint/msgpack_builder.h"

namespace ulpscope::test {

std::vector<ContainerSample> flaxSamples() {
  using namespace msgpack;
  const std::string chunks =
      map({{"0", flaxArray({1}, "float32", "1234")}, {"1", flaxArray({2}, "float32", "12345678")}});
  const std::string bytes =
      map({{"step", natural(7)},
           {"params", map({{"kernel", flaxArray({2, 1}, "bfloat16", "1234")}, {"odd", flaxArray({2}, "int4", "12")}})},
           {"big",
            map({{"__msgpack_chunked_array__", head(0xC3)}, {"shape", map({{"0", natural(3)}})}, {"chunks", chunks}})},
           {"z", extension(2, array({head(0xCA) + "abcd", head(0xCB) + "abcdefgh"}))},
           {"list", array({head(0xC0), flaxArray({}, "int8", "x", 3)})}});
  return {
      {.name = "flax", .reader = "flax", .main = "m.msgpack", .files = {{"m.msgpack", asBytes(bytes)}}, .tensors = 4}};
}

}  // namespace ulpscope::test
