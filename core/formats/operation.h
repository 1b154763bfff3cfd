// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/formats/exact_number.h"

namespace ulpscope {

enum class Operation : std::uint8_t { Add, Subtract, Multiply, Divide, FusedMultiplyAdd, SquareRoot };

int operandCount(Operation operation);
std::string_view idOf(Operation operation);    ///< "add", "sub", "mul", "div", "fma", "sqrt"
std::string_view signOf(Operation operation);  ///< "+", "-", "*", "/", "√"; empty for fma
/// Ids, and the signs "+", "-", "*", "x", "/".
std::optional<Operation> findOperation(std::string_view idOrSign);

/// What an operation gives before it is rounded, as IEEE 754-2019 has it: clauses 6.1 (infinities), 6.3 (signs of zero)
/// and 7.2 and 7.3 (what has no result).
struct ExactResult {
  Unrounded number;                  ///< leading bits and sticky, ready for NumberFormat::encode
  std::optional<ExactNumber> value;  ///< of Finite
  std::string_view rule;             ///< what made it zero, infinite or NaN, one sentence; empty where Finite
};

/// `operands` are values that NumberFormat::decode gave, as many as the operation takes. `rounding` decides the sign of
/// a sum that is exactly zero, and nothing else.
ExactResult evaluate(Operation operation, std::span<const Unrounded> operands, Rounding rounding);

}  // namespace ulpscope
