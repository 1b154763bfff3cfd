// SPDX-License-Identifier: Apache-2.0
#include "core/formats/operation.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace ulpscope {
namespace {

using Kind = Unrounded::Kind;

struct OperationRow {
  Operation operation;
  std::string_view id;
  std::string_view sign;
  int operands;
};

constexpr std::array<OperationRow, 6> kOperations{{{Operation::Add, "add", "+", 2},
                                                   {Operation::Subtract, "sub", "-", 2},
                                                   {Operation::Multiply, "mul", "*", 2},
                                                   {Operation::Divide, "div", "/", 2},
                                                   {Operation::FusedMultiplyAdd, "fma", {}, 3},
                                                   {Operation::SquareRoot, "sqrt", "√", 1}}};

const OperationRow& rowOf(Operation operation) {
  return *std::ranges::find(kOperations, operation, &OperationRow::operation);
}

ExactResult nan(std::string_view rule) { return {.number = {.kind = Kind::Nan}, .value = {}, .rule = rule}; }

ExactResult infinity(bool negative, std::string_view rule) {
  return {.number = {.kind = Kind::Infinity, .negative = negative}, .value = {}, .rule = rule};
}

ExactResult zero(bool negative, std::string_view rule) {
  return {.number = {.kind = Kind::Zero, .negative = negative}, .value = {}, .rule = rule};
}

ExactResult finite(const ExactNumber& value) { return {.number = value.unrounded(), .value = value, .rule = {}}; }

ExactResult asResult(const Unrounded& operand) {
  if (operand.kind == Kind::Finite) return finite(ExactNumber(operand));
  return {.number = operand, .value = {}, .rule = {}};
}

bool isNan(const Unrounded& operand) { return operand.kind == Kind::Nan; }

constexpr std::string_view kNanOperand = "An operand is NaN, so the result is NaN.";
constexpr std::string_view kInfiniteOperand = "Infinity stays infinity, whatever finite number it meets.";

/// Of two results that are each exact, as fma has them.
ExactResult sumOf(const ExactResult& a, const ExactResult& b, Rounding rounding) {
  const bool sameSign = a.number.negative == b.number.negative;
  if (a.number.kind == Kind::Infinity || b.number.kind == Kind::Infinity) {
    if (a.number.kind == b.number.kind && !sameSign) return nan("Infinity minus infinity has no value: NaN.");
    return infinity((a.number.kind == Kind::Infinity ? a : b).number.negative, kInfiniteOperand);
  }
  if (a.value && b.value) {
    if (const auto sum = *a.value + *b.value) return finite(*sum);
  } else if (a.value || b.value) {
    return finite(a.value ? *a.value : *b.value);
  } else if (sameSign) {
    return zero(a.number.negative, "Both are zeros of one sign, which the sum keeps.");
  }
  if (rounding == Rounding::TowardNegative)
    return zero(true, "An exact zero from opposite signs is -0 when rounding toward negative infinity.");
  return zero(false, "An exact zero from opposite signs is +0, but when rounding toward negative infinity.");
}

ExactResult productOf(const Unrounded& a, const Unrounded& b) {
  const bool negative = a.negative != b.negative;
  const bool anyZero = a.kind == Kind::Zero || b.kind == Kind::Zero;
  if (a.kind == Kind::Infinity || b.kind == Kind::Infinity)
    return anyZero ? nan("Zero times infinity has no value: NaN.") : infinity(negative, kInfiniteOperand);
  if (anyZero) return zero(negative, "Zero times a finite number is zero, with the sign of a product.");
  return finite(ExactNumber(a) * ExactNumber(b));
}

ExactResult quotientOf(const Unrounded& a, const Unrounded& b) {
  const bool negative = a.negative != b.negative;
  if (a.kind == Kind::Infinity) {
    if (b.kind == Kind::Infinity) return nan("Infinity over infinity has no value: NaN.");
    return infinity(negative, kInfiniteOperand);
  }
  if (b.kind == Kind::Infinity) return zero(negative, "A finite number over infinity is zero.");
  if (b.kind == Kind::Zero) {
    if (a.kind == Kind::Zero) return nan("Zero over zero has no value: NaN.");
    return infinity(negative, "A number other than zero over zero is infinity, with the sign of a quotient.");
  }
  if (a.kind == Kind::Zero) return zero(negative, "Zero over a number other than zero is zero.");
  return finite(ExactNumber(a) / ExactNumber(b));
}

ExactResult rootOf(const Unrounded& radicand) {
  if (radicand.kind == Kind::Zero) return zero(radicand.negative, "The square root of a zero is that zero.");
  if (radicand.negative) return nan("The square root of a negative number has no value: NaN.");
  if (radicand.kind == Kind::Infinity) return infinity(false, "The square root of infinity is infinity.");
  return finite(squareRoot(ExactNumber(radicand)));
}

}  // namespace

int operandCount(Operation operation) { return rowOf(operation).operands; }
std::string_view idOf(Operation operation) { return rowOf(operation).id; }

std::string_view signOf(Operation operation) { return rowOf(operation).sign; }

std::optional<Operation> findOperation(std::string_view idOrSign) {
  if (idOrSign == "x") return Operation::Multiply;
  for (const OperationRow& row : kOperations)
    if (idOrSign == row.id || (!row.sign.empty() && idOrSign == row.sign)) return row.operation;
  return std::nullopt;
}

ExactResult evaluate(Operation operation, std::span<const Unrounded> operands, Rounding rounding) {
  assert(static_cast<int>(operands.size()) == operandCount(operation));
  if (std::ranges::any_of(operands, isNan)) return nan(kNanOperand);
  switch (operation) {
    case Operation::Add:
      return sumOf(asResult(operands[0]), asResult(operands[1]), rounding);
    case Operation::Subtract: {
      Unrounded subtrahend = operands[1];
      subtrahend.negative = !subtrahend.negative;
      return sumOf(asResult(operands[0]), asResult(subtrahend), rounding);
    }
    case Operation::Multiply:
      return productOf(operands[0], operands[1]);
    case Operation::Divide:
      return quotientOf(operands[0], operands[1]);
    case Operation::FusedMultiplyAdd: {
      const ExactResult product = productOf(operands[0], operands[1]);
      return isNan(product.number) ? product : sumOf(product, asResult(operands[2]), rounding);
    }
    case Operation::SquareRoot:
      break;
  }
  return rootOf(operands[0]);
}

}  // namespace ulpscope
