// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/engines/tensor_cores.h"

#include <utility>

namespace ulpscope::tensor_cores {
namespace {

constexpr Accumulator kFraction13 = Accumulator::Fraction13TowardZero;

/// cvt.rna.tf32.f32, as cuBLAS and CUTLASS prepare operands for mma.sync.
constexpr Rounding kMmaRounding = Rounding::NearestAway;
/// Operands that the tensor memory accelerator converts on their way to shared memory.
constexpr Rounding kTmaRounding = Rounding::NearestEven;

EngineUnit float64Unit() {
  return {.format = "float64",
          .unit = {.summation = Summation::FmaChain, .accumulator = Accumulator::Float64NearestEven}};
}

EngineUnit tf32(Rounding rounding, const DotUnit& unit) {
  return {.format = "tfloat32", .inputRounding = rounding, .unit = unit};
}

void addFp8(std::vector<EngineUnit>& units, const DotUnit& unit, const DotUnit& halfUnit, bool pairsFirst = false) {
  for (const std::string_view format : {"float8_e4m3fn", "float8_e5m2"})
    units.push_back({.format = format, .unit = unit, .half = halfUnit, .pairsFirst = pairsFirst});
}

/// sm_90 and later: 32 bytes of operands at once.
std::vector<EngineUnit> wide(Rounding tf32Rounding) {
  const DotUnit unit = fused(25, 16, -133);
  return {tf32(tf32Rounding, fused(25, 8, -133)),
          {.format = "float16", .unit = unit, .half = half(25, 16, -21)},
          {.format = "bfloat16", .unit = unit}};
}

}  // namespace

std::vector<EngineUnit> ampere() {
  const DotUnit unit = fused(24, 8, -132);
  return {tf32(kMmaRounding, fused(24, 4, -132)),
          {.format = "float16", .unit = unit, .half = half(24, 8, -20)},
          {.format = "bfloat16", .unit = unit},
          float64Unit()};
}

std::vector<EngineUnit> ada() {
  std::vector<EngineUnit> units = ampere();
  units.pop_back();  // FP64 is not multiplied by matrix units there
  addFp8(units, fused(13, 16, -132, kFraction13), half(13, 16, -20));
  return units;
}

std::vector<EngineUnit> hopperMma() {
  std::vector<EngineUnit> units = wide(kMmaRounding);
  DotUnit unit = fused(25, 16, -133);
  DotUnit halfUnit = half(25, 16, -21);
  unit.promoteEvery = halfUnit.promoteEvery = 32;
  addFp8(units, unit, halfUnit, true);
  units.push_back(float64Unit());
  return units;
}

std::vector<EngineUnit> hopperWgmma() {
  std::vector<EngineUnit> units = wide(kTmaRounding);
  addFp8(units, fused(13, 32, -133, kFraction13), half(13, 32, -21));
  return units;
}

std::vector<EngineUnit> blackwellTcgen05() {
  std::vector<EngineUnit> units = wide(kTmaRounding);
  addFp8(units, fused(25, 32, -133), half(25, 32, -21));
  constexpr std::pair<std::string_view, std::string_view> kMx[] = {{"mxfp8_e4m3", "float8_e4m3fn"},
                                                                   {"mxfp8_e5m2", "float8_e5m2"},
                                                                   {"mxfp6_e3m2", "float6_e3m2fn"},
                                                                   {"mxfp6_e2m3", "float6_e2m3fn"}};
  for (const auto& [format, element] : kMx)
    units.push_back({.format = format, .unit = fused(25, 32, -133), .blocks = BlockOperands{element}});
  for (const std::string_view format : {"mxfp4", "nvfp4"})
    units.push_back({.format = format, .unit = fused(35, 64, -133), .blocks = BlockOperands{"float4_e2m1fn", 16}});
  return units;
}

MatrixEngine adaEngine(std::string_view id, std::string_view title) {
  return {.id = id,
          .title = title,
          .text = "As the A100; sums of FP8 products keep 13 fraction bits.",
          .source = kSource,
          .evidence = MatrixEngine::Evidence::Recorded,
          .units = ada()};
}

MatrixEngine mmaEngine(std::string_view id, std::string_view title) {
  return {.id = id,
          .title = title,
          .text =
              "Thirty-two bytes of operands at once, 25 fraction bits are kept, the sum is cut to float32. FP8 "
              "operands are converted to FP16 and multiplied in two halves.",
          .source = kSource,
          .evidence = MatrixEngine::Evidence::Recorded,
          .units = hopperMma()};
}

MatrixEngine wgmmaEngine(std::string_view id, std::string_view title) {
  return {.id = id,
          .title = title,
          .text =
              "Thirty-two bytes of operands at once, 25 fraction bits are kept, the sum is cut to float32; of "
              "FP8 products, and their sum, 13.",
          .source = kSource,
          .evidence = MatrixEngine::Evidence::Recorded,
          .units = hopperWgmma()};
}

}  // namespace ulpscope::tensor_cores
