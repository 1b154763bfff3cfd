// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
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

/// From the operands to the exact result, in binary. Preconditions: the exact result is finite, its operands have
/// significands, and the format keeps it down to weight `lastPlace`.
std::vector<CalculationStep> explainOperation(const ArithmeticCase& arithmetic, int lastPlace);

/// A word on the smaller of two numbers that were added, where the result is the larger one again.
std::optional<CalculationStep> explainAbsorption(const ArithmeticCase& arithmetic);

/// "Exactly `1/3` = `0.3333…`", without a full stop; "About `…`" where operands are approximate.
std::string exactlyText(const ExactNumber& number);

/// Significant bits with the point behind the first, as far as the format keeps them.
std::string significandText(const NumberFormat& format, const ExactNumber& number);

}  // namespace ulpscope
