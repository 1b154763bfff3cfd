// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/matrix_engine.h"

namespace ulpscope {
namespace {

EngineUnit slicedUnit(std::string_view format, IntegerSlices slices) {
  return {.format = format,
          .inputRounding = Rounding::TowardZero,
          .unit = {.summation = Summation::Exact, .accumulator = Accumulator::Int32},
          .slices = std::move(slices)};
}

}  // namespace

const MatrixEngine& engine_ozaki_entry() {
  static const MatrixEngine engine{
      .id = "ozaki",
      .title = "Ozaki scheme",
      .text =
          "Rows of A and columns of B as sums of slices of 7 bits and a sign, by their largest exponent; products of "
          "slices are exact in INT8 units and are added in float64.",
      .source =
          "arXiv 2306.11975 (enp1s0/ozIMMU), arXiv 2409.13313 (sums by level), arXiv 2506.11277 (error); cuBLAS's "
          "emulation has slices of its own: arXiv 2511.13778",
      .evidence = MatrixEngine::Evidence::Published,
      .units = {slicedUnit("float64", {.usual = 8, .offered = {3, 4, 5, 6, 7, 8, 9}}),
                slicedUnit("float32", {.usual = 4, .offered = {2, 3, 4}})}};
  return engine;
}

}  // namespace ulpscope
