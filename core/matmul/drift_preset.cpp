// SPDX-License-Identifier: Apache-2.0
#include "core/matmul/drift_preset.h"

#include <algorithm>
#include <cmath>

#include "core/base/random.h"

namespace ulpscope {
namespace {

constexpr OperandKind kKinds[] = {OperandKind::Normal, OperandKind::Uniform, OperandKind::Softmax,
                                  OperandKind::OutlierInputs};

/// Each row becomes exp(2 x) over the sum of the row.
void softmaxRows(DenseMatrix& matrix) {
  for (std::size_t r = 0; r < matrix.rows; ++r) {
    const auto row = std::span(matrix.values).subspan(r * matrix.columns, matrix.columns);
    double sum = 0;
    for (double& x : row) sum += x = std::exp(2 * x);
    for (double& x : row) x = static_cast<double>(static_cast<float>(x / sum));
  }
}

void raiseColumns(DenseMatrix& matrix, std::uint64_t seed) {
  constexpr std::size_t kPerOutlier = 128;
  constexpr double kOutlier = 20;
  RandomNumbers numbers(seed);
  for (std::size_t first = 0; first < matrix.columns; first += kPerOutlier) {
    const std::size_t column = first + numbers.bits() % std::min(kPerOutlier, matrix.columns - first);
    for (std::size_t r = 0; r < matrix.rows; ++r) {
      double& x = matrix.values[r * matrix.columns + column];
      x = static_cast<double>(static_cast<float>(kOutlier * x));
    }
  }
}

}  // namespace

std::string_view idOf(OperandKind kind) {
  constexpr std::string_view kIds[] = {"normal", "uniform", "softmax", "outliers"};
  return kIds[static_cast<std::size_t>(kind)];
}

std::string_view titleOf(OperandKind kind) {
  constexpr std::string_view kTitles[] = {"N(0, 1)", "U(0, 1)", "softmax rows", "N(0, 1), outlier columns"};
  return kTitles[static_cast<std::size_t>(kind)];
}

std::span<const OperandKind> operandKinds() { return kKinds; }

DenseMatrix drawOperand(OperandKind kind, std::size_t rows, std::size_t k, std::uint64_t seed) {
  const bool isUniform = kind == OperandKind::Uniform;
  DenseMatrix matrix = randomMatrix(rows, k, isUniform ? Distribution::Uniform : Distribution::Normal, seed);
  if (kind == OperandKind::Softmax) softmaxRows(matrix);
  if (kind == OperandKind::OutlierInputs) raiseColumns(matrix, seed + 1);
  return matrix;
}

std::span<const DriftPreset> driftPresets() {
  using enum OperandKind;
  static const DriftPreset presets[] = {
      {"tf32-normal",
       "FP32 against TF32, around zero",
       "Operands around zero: errors of the sums cancel, and rounding the inputs to 10 bits is what TF32 costs, "
       "whatever "
       "adds them. Only beyond a K of about 16,000 does the accumulator that cuts begin to show.",
       Normal,
       Normal,
       24,
       24,
       65536,
       {"fma@float32", "pairwise@float32", "fma@tfloat32", "a100@tfloat32", "h100@tfloat32", "3xtf32",
        "3xtf32-chained"},
       3},
      {"tf32-uniform",
       "FP32 against TF32, one sign",
       "Operands of one sign: every block cuts in the same direction, and the error grows with K. The usual model, "
       "inputs "
       "rounded and then added in FP32, is off by a factor of 200.",
       Uniform,
       Uniform,
       24,
       24,
       65536,
       {"fma@float32", "pairwise@float32", "fma@tfloat32", "a100@tfloat32", "h100@tfloat32", "3xtf32",
        "3xtf32-chained"},
       3},
      {"fp8-hopper",
       "FP8 on Hopper, with and without promotion",
       "The sums of wgmma keep 13 fraction bits in FP8. At a K of 4096 that alone is several percent; a new "
       "accumulator "
       "every 128 products, added in FP32, takes it away. tcgen05 and mma.sync need no such remedy.",
       Uniform,
       Uniform,
       32,
       32,
       4096,
       {"fma@float8_e4m3fn", "h100@float8_e4m3fn", "h100@float8_e4m3fn/promote:128", "h100-mma@float8_e4m3fn",
        "b200@float8_e4m3fn"},
       1},
      {"attention",
       "Attention weights times V",
       "Rows of weights that add up to 1, many of them tiny, times values around zero: products are fine in FP16, sums "
       "are not. Sums in FP16 lose what sums in FP32 keep.",
       Softmax,
       Normal,
       32,
       32,
       4096,
       {"fma@float32", "a100@tfloat32", "a100@bfloat16", "a100@float16", "a100@float16/float16"},
       4},
      {"llm-int8",
       "LLM.int8(): inputs with outlier columns",
       "A few columns of a layer's inputs are 20 times as large as the others. In INT8 they take the range of their "
       "row; "
       "multiplied in FP16 on their own, they leave it to the rest.",
       OutlierInputs,
       Normal,
       32,
       32,
       4096,
       {"fma@float32", "a100@float16", "int8", "llm-int8"},
       2}};
  return presets;
}

}  // namespace ulpscope
