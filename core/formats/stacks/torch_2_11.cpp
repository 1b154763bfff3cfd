// SPDX-License-Identifier: Apache-2.0
#include "core/formats/stacks/torch.h"

namespace ulpscope {

const Stack& torch_2_11_entry() {
  using namespace torch_rules;
  static constexpr StackConversion kConversions[] = {
      {.format = "float64", .rules = kWide},
      {.format = "float32", .rules = kWide},
      {.format = "float16", .rules = kWide},
      {.format = "bfloat16", .rules = kWide},
      {.format = "float8_e4m3fn"},
      {.format = "float8_e5m2", .rules = kE5m2},
      {.format = "float8_e4m3fnuz"},
      {.format = "float8_e5m2fnuz"},
      {.format = "float8_e8m0fnu", .rules = kE8m0},
  };
  static constexpr Stack stack{
      .id = "torch-2.11",
      .title = "torch 2.11",
      .version = "PyTorch up to release 2.12.0, on the CPU",
      .source = "torch/headeronly/util/Float8_*.h of the wheels 2.11.0 and 2.12.0, compiled and compared",
      .conversions = kConversions,
      .otherwise = kOtherwise,
  };
  return stack;
}

}  // namespace ulpscope
