// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/engines/emulated_units.h"

#include "core/matmul/engines/tensor_cores.h"

namespace ulpscope {

EngineUnit tripleTf32(bool addsInFloat32) {
  constexpr int kInstruction = 8;  // mma.sync.m16n8k8
  DotUnit unit = tensor_cores::fused(24, 4, -132);
  if (addsInFloat32) unit.promoteEvery = 3 * kInstruction;
  return {.format = "tfloat32",
          .unit = unit,
          .split = OperandSplit{.parts = 2,
                                .leading = Rounding::TowardZero,
                                .last = Rounding::NearestAway,
                                .products = {{1, 0}, {0, 1}, {0, 0}},
                                .run = kInstruction}};
}

EngineUnit splitBf16(int parts) {
  constexpr int kInstruction = 16;
  DotUnit unit = tensor_cores::fused(25, kInstruction, -133);
  OperandSplit split{.parts = parts, .products = {}, .run = kInstruction};
  for (int sum = 2 * (parts - 1); sum >= 0; --sum)
    for (int a = parts - 1; a >= 0; --a) {
      const int b = sum - a;
      const bool isLeftOut = parts == 2 && sum == 2;
      if (b >= 0 && b < parts && !isLeftOut) split.products.push_back({a, b});
    }
  unit.promoteEvery = kInstruction * static_cast<int>(split.products.size());
  return {.format = "bfloat16", .unit = unit, .split = split};
}

}  // namespace ulpscope
