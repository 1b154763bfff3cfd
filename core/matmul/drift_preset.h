// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/matmul/drift.h"

namespace ulpscope {

/// Where an operand comes from when it is drawn.
enum class OperandKind : std::uint8_t {
  Normal,         ///< N(0, 1)
  Uniform,        ///< U(0, 1)
  Softmax,        ///< rows of attention weights: softmax of N(0, 4), which add up to 1
  OutlierInputs,  ///< N(0, 1) with one column of 128, at least one, 20 times as large: what transformer layers are
                  ///< given
};

/// "normal", for settings and --distribution.
std::string_view idOf(OperandKind kind);
std::string_view titleOf(OperandKind kind);
std::span<const OperandKind> operandKinds();

/// `rows` of `k` values of float32. Same on every platform but for Softmax, whose exponential function is the C
/// library's.
DenseMatrix drawOperand(OperandKind kind, std::size_t rows, std::size_t k, std::uint64_t seed);

/// A known story of a matrix product, ready to be run.
struct DriftPreset {
  std::string_view id, title;
  std::string_view text;  ///< what to look at, two or three sentences
  OperandKind a, b;
  std::size_t rows, columns, k;
  std::vector<std::string_view> engines;  ///< parseEngine()
  std::size_t shown = 0;                  ///< the engine whose errors are looked at first
};

std::span<const DriftPreset> driftPresets();

}  // namespace ulpscope
