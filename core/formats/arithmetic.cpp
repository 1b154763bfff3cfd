// SPDX-License-Identifier: Apache-2.0
#include "core/formats/arithmetic.h"

#include <fmt/format.h>

#include "core/formats/arithmetic_steps.h"
#include "core/formats/exact_decimal.h"
#include "core/formats/explain.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

using Kind = Unrounded::Kind;

/// Infinity is rounded like any other result, but only where the format has a code that says so.
bool tellsInfinity(const NumberFormat& format) {
  const Encoded encoded = format.encode({.kind = Kind::Infinity}, Rounding::NearestEven, Overflow::Format);
  const NumberClass stored = format.classify(encoded.code);
  return stored == NumberClass::Infinity || stored == NumberClass::Nan;
}

Result<Encoded> rounded(const ExactResult& exact, const NumberFormat& format, const RoundingChoice& rounding,
                        Overflow overflow) {
  if (exact.number.kind == Kind::Infinity && !tellsInfinity(format))
    return fail(Errc::Usage,
                fmt::format("a finite result expected, infinity found, for which {} has no code", format.info().id));
  const Encoded outcome = format.encode(exact.number, rounding, overflow);
  if (outcome.lostNan)
    return fail(Errc::Usage,
                fmt::format("a number as result expected, NaN found, which {} cannot hold", format.info().id));
  return outcome;
}

std::vector<Unrounded> valuesOf(const NumberFormat& format, std::span<const std::uint64_t> codes) {
  std::vector<Unrounded> values;
  for (const std::uint64_t code : codes) values.push_back(format.decode(code));
  return values;
}

Result<CalculationOperand> readOperand(const std::string& text, const NumberFormat& format,
                                       const RoundingChoice& rounding, Overflow overflow) {
  constexpr std::string_view kCodeMark = "code:";
  if (text.starts_with(kCodeMark)) {
    const auto code = parseCode(std::string_view(text).substr(kCodeMark.size()), format);
    if (!code) return tl::unexpected(code.error());
    return CalculationOperand{text, {.code = *code}, exactText(format, *code)};
  }
  const auto number = parseNumber(text);
  if (!number) return tl::unexpected(number.error());
  const Encoded outcome = format.encode(unrounded(*number), rounding, overflow);
  if (outcome.lostNan)
    return fail(Errc::Usage, fmt::format("a number expected, NaN found, which {} cannot hold", format.info().id), text);
  return CalculationOperand{text, outcome, exactText(format, outcome.code)};
}

std::string exactTextOf(const ExactResult& exact) {
  const char* sign = exact.number.negative ? "-" : "";
  switch (exact.number.kind) {
    case Kind::Zero:
      return fmt::format("{}0", sign);
    case Kind::Infinity:
      return fmt::format("{}inf", sign);
    case Kind::Nan:
      return "nan";
    case Kind::Finite:
      break;
  }
  return exact.value->text();
}

std::optional<double> errorInUlp(const ExactResult& exact, const NumberFormat& format, std::uint64_t code) {
  const Unrounded stored = format.decode(code);
  const auto ulp = ulpOf(format, code);
  if (!isFinite(exact.number) || !isFinite(stored) || !ulp) return std::nullopt;
  std::optional<ExactNumber> error;
  if (stored.kind == Kind::Finite) error = ExactNumber(stored);
  if (exact.value) {
    const ExactNumber subtrahend = -exact.value->rational();
    error = error ? *error + subtrahend : subtrahend;
  }
  return error ? (*error / *ulp).toDouble() : 0.0;
}

/// "2048 + 1", "fma 2 3 4", for messages.
std::string expressionText(Operation operation, std::span<const std::string> operands) {
  if (operation == Operation::FusedMultiplyAdd || operation == Operation::SquareRoot) {
    std::string text(idOf(operation));
    for (const std::string& operand : operands) text += " " + operand;
    return text;
  }
  return fmt::format("{} {} {}", operands[0], signOf(operation), operands[1]);
}

}  // namespace

Result<Encoded> calculateCode(Operation operation, std::span<const std::uint64_t> codes, const NumberFormat& format,
                              const RoundingChoice& rounding, Overflow overflow) {
  return rounded(evaluate(operation, valuesOf(format, codes), rounding.mode), format, rounding, overflow);
}

Result<Calculation> calculate(Operation operation, std::span<const std::string> operands, const NumberFormat& format,
                              const RoundingChoice& rounding, Overflow overflow) {
  const auto expected = static_cast<std::size_t>(operandCount(operation));
  if (operands.size() != expected)
    return fail(Errc::Usage,
                fmt::format("{} operand{} expected, {} found", expected, expected == 1 ? "" : "s", operands.size()),
                std::string(idOf(operation)));
  std::vector<CalculationOperand> read;
  std::vector<std::uint64_t> codes;
  for (const std::string& text : operands) {
    const RandomBits draw = randomBits(rounding.random.value, codes.size(), rounding.random.count);
    auto operand = readOperand(text, format, {rounding.mode, draw}, overflow);
    if (!operand) return tl::unexpected(std::move(operand.error()));
    codes.push_back(operand->outcome.code);
    read.push_back(std::move(*operand));
  }
  const std::vector<Unrounded> values = valuesOf(format, codes);
  const ExactResult exact = evaluate(operation, values, rounding.mode);
  const auto outcome = rounded(exact, format, rounding, overflow);
  if (!outcome) {
    Error error = outcome.error();
    error.subject = expressionText(operation, operands);
    return tl::unexpected(std::move(error));
  }
  auto [steps, rule] = explainArithmetic({.operation = operation,
                                          .format = format,
                                          .operands = read,
                                          .values = values,
                                          .exact = exact,
                                          .rounding = rounding,
                                          .overflow = overflow,
                                          .outcome = *outcome});
  return Calculation{.operation = operation,
                     .format = &format,
                     .operands = std::move(read),
                     .exact = exactTextOf(exact),
                     .exactSymbol = exact.value ? exact.value->symbolicText() : std::string(),
                     .approximate = exact.value && exact.value->approximate(),
                     .outcome = *outcome,
                     .numberClass = format.classify(outcome->code),
                     .value = exactText(format, outcome->code),
                     .errorUlp = errorInUlp(exact, format, outcome->code),
                     .steps = std::move(steps),
                     .rule = std::move(rule)};
}

}  // namespace ulpscope
