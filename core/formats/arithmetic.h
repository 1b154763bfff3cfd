// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/formats/number_format.h"
#include "core/formats/operation.h"

namespace ulpscope {

/// Arithmetic in a format, as IEEE 754 defines it for any: the operands are values of the format, the exact result is
/// formed, and that is rounded once.
///
/// The core of it, code to code. `codes` are as many as the operation takes. Usage where the result is NaN or infinity
/// and the format has no code for either.
Result<Encoded> calculateCode(Operation operation, std::span<const std::uint64_t> codes, const NumberFormat& format,
                              const RoundingChoice& rounding, Overflow overflow);

/// A number that was given, and the value of the format that stands for it.
struct CalculationOperand {
  std::string text;  ///< as given
  Encoded outcome;   ///< exact where the text is a value of the format
  std::string value;
};

/// As ExplanationStep; `board` holds lines of one width to be set in a monospaced face as they are, or nothing.
struct CalculationStep {
  std::string title;
  std::string text;
  std::string board = {};
};

struct Calculation {
  Operation operation;
  const NumberFormat* format;  ///< must outlive this
  std::vector<CalculationOperand> operands;
  std::string exact;        ///< every digit, "inf" or "nan"; the first digits and "…" where they never end
  std::string exactSymbol;  ///< "1/3", "√2" where the digits never end and this is short; else empty
  bool approximate;  ///< an operand is irrational and known to 64 bits, so `exact` and the error are near the truth
  Encoded outcome;
  NumberClass numberClass;
  std::string value;               ///< exact
  std::optional<double> errorUlp;  ///< (value - exact) / ulp of value; nullopt where either is not finite
  std::vector<CalculationStep> steps;
  std::string rule;  ///< which rule of rounding, overflow or IEEE 754 decided, in one sentence
};

/// The same from texts, told step by step. An operand is what parseNumber reads, or "code:" and what parseCode reads;
/// texts that are not values of the format are rounded to it first, by the same rules, with random bits of
/// their own. Usage if one cannot be read, if
/// they are not as many as the operation takes, and where calculateCode says so.
Result<Calculation> calculate(Operation operation, std::span<const std::string> operands, const NumberFormat& format,
                              const RoundingChoice& rounding, Overflow overflow);

}  // namespace ulpscope
