// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/engines/ideal_units.h"

namespace ulpscope {

std::vector<EngineUnit> idealUnits(DotUnit unit) {
  std::vector<EngineUnit> units;
  unit.accumulator = Accumulator::Float32NearestEven;
  for (const std::string_view format :
       {"float32", "tfloat32", "float16", "bfloat16", "float8_e4m3fn", "float8_e5m2", "float4_e2m1fn"})
    units.push_back({.format = format, .unit = unit});
  units[1].inputRounding = Rounding::NearestAway;  // cvt.rna.tf32.f32
  unit.accumulator = Accumulator::Float64NearestEven;
  units.push_back({.format = "float64", .unit = unit});
  return units;
}

}  // namespace ulpscope
