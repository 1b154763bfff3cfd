// SPDX-License-Identifier: Apache-2.0
// PyTorch from pull request 178817 on, merged on 17 April 2026, while main was 2.12.0.dev. The release 2.12.0 had been
// branched off before and still gives NaN: 2.13.0 is the first with it (headers of the wheels compared).
#include "core/formats/stacks/torch.h"

namespace ulpscope {

const Stack& torch_2_12_entry() {
  using namespace torch_rules;
  static constexpr StackRule kE4m3fn[] = {
      {stack_rules::overflowsFinitely, stack_rules::plainCode,
       "finite overflow saturates to {value} (since pull request 178817: nightlies of 2.12, then release 2.13.0; "
       "release "
       "2.12.0 still gives NaN)"},
  };
  static constexpr StackConversion kConversions[] = {
      {.format = "float64", .rules = kWide},
      {.format = "float32", .rules = kWide},
      {.format = "float16", .rules = kWide},
      {.format = "bfloat16", .rules = kWide},
      {.format = "float8_e4m3fn", .rules = kE4m3fn, .overflow = Overflow::Saturate},
      {.format = "float8_e5m2", .rules = kE5m2},
      {.format = "float8_e4m3fnuz"},
      {.format = "float8_e5m2fnuz"},
      {.format = "float8_e8m0fnu", .rules = kE8m0},
  };
  static constexpr Stack stack{
      .id = "torch-2.12",
      .title = "torch 2.12",
      .version = "PyTorch from pull request 178817 on: nightlies of 2.12, releases from 2.13.0, on the CPU",
      .source = "torch/headeronly/util/Float8_*.h of the wheel 2.13.0; torch 2.15.0, run",
      .conversions = kConversions,
      .otherwise = kOtherwise,
  };
  return stack;
}

}  // namespace ulpscope
