// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <string>
#include <vector>

#include "core/formats/arithmetic.h"

// The parts that calculate() in arithmetic.cpp is put together from.
namespace ulpscope {

/// A calculation that has been done, to be told.
struct ArithmeticCase {
  Operation operation;
  const NumberFormat& format;
  std::span<const CalculationOperand> operands;
  std::span<const Unrounded> values;  ///< of the operands' codes
  const ExactResult& exact;
  RoundingChoice rounding;
  Overflow overflow;
  Encoded outcome;
};

struct ArithmeticReasoning {
  std::vector<CalculationStep> steps;
  std::string rule;
};

ArithmeticReasoning explainArithmetic(const ArithmeticCase& arithmetic);

}  // namespace ulpscope
