// SPDX-License-Identifier: Apache-2.0
#include "core/formats/stack.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

using Kind = Unrounded::Kind;

/// Everything about a code that a rule chose, in the words of Encoded.
Encoded judged(const ConversionCase& conversion, std::uint64_t code) {
  const Unrounded& number = conversion.number;
  const Unrounded stored = conversion.format.decode(code);
  const bool bothZero = number.kind == Kind::Zero && stored.kind == Kind::Zero;
  const bool bothNan = number.kind == Kind::Nan && stored.kind == Kind::Nan;
  const bool exact = bothZero || bothNan || stored == number;
  return {.code = code,
          .exact = exact,
          .overflowed = conversion.plain.overflowed && !exact,
          .underflowed = number.kind == Kind::Finite && stored.kind == Kind::Zero,
          .lostNan = number.kind == Kind::Nan && !bothNan};
}

std::string_view wordsOf(Rounding rounding, const FloatSpec& spec) {
  switch (rounding) {
    case Rounding::NearestEven:
      if (spec.bottom == Bottom::Normal) return "rounds to nearest, ties up, {value}";  // as encodeFinite has it
      return "rounds to nearest, ties to even, {value}";
    case Rounding::NearestAway:
      return "rounds to nearest, halves up, {value}";
    case Rounding::TowardZero:
      return "rounds toward zero, {value}";
    case Rounding::TowardPositive:
      return "rounds up, {value}";
    case Rounding::TowardNegative:
      return "rounds down, {value}";
    case Rounding::ToOdd:
      return "rounds to odd, {value}";
    case Rounding::Stochastic:
      break;
  }
  return "rounds stochastically, {value}";
}

/// What plain rounding and overflow did.
std::string_view plainWords(const NumberFormat& format, const Unrounded& number, const Encoded& plain,
                            Rounding rounding) {
  const Unrounded stored = format.decode(plain.code);
  const bool toNan = stored.kind == Kind::Nan;
  if (number.kind == Kind::Nan) return toNan ? "NaN stays NaN, {code}" : "NaN becomes {value}";
  if (number.kind == Kind::Infinity) {
    if (stored.kind == Kind::Infinity) return "infinity stays infinity, {code}";
    return toNan ? "infinity becomes NaN, {code}" : "infinity saturates to {value}";
  }
  if (number.kind == Kind::Zero && stored.kind == Kind::Zero) {
    if (number.negative && !stored.negative) return "the one zero of the format, {code}, stands for -0 too";
    return "zero keeps its sign, {code}";
  }
  if (plain.overflowed) {
    if (stored.kind == Kind::Infinity) return "finite overflow becomes infinity, {code}";
    return toNan ? "finite overflow becomes NaN, {code}" : "finite overflow saturates to {value}";
  }
  if (plain.exact) return "a value of the format, stored as it is, {value}";
  return wordsOf(rounding, *format.floatSpec());
}

}  // namespace

const Stack* findStack(std::string_view id) {
  const auto found = std::ranges::find(stackRegistry(), id, [](const Stack* stack) { return stack->id; });
  return found == stackRegistry().end() ? nullptr : *found;
}

const StackConversion* conversionTo(const Stack& stack, const NumberFormat& format) {
  const auto found = std::ranges::find(stack.conversions, format.info().id, &StackConversion::format);
  return found == stack.conversions.end() ? nullptr : &*found;
}

StackOutcome encodeLike(const StackConversion& conversion, const NumberFormat& format, const Unrounded& number) {
  const ConversionCase given{format, number, conversion.rounding, conversion.overflow,
                             format.encode(number, conversion.rounding, conversion.overflow)};
  for (const StackRule& rule : conversion.rules)
    if (rule.holds(given)) return {rule.code == nullptr ? given.plain : judged(given, rule.code(given)), &rule};
  return {given.plain};
}

std::string ruleText(const Stack& stack, const NumberFormat& format, const Unrounded& number,
                     const StackOutcome& outcome) {
  const std::uint64_t code = outcome.encoded.code;
  const StackConversion* conversion = conversionTo(stack, format);
  if (conversion == nullptr) return fmt::format("{}: {}", stack.title, stack.otherwise);
  const std::string_view words =
      outcome.rule ? outcome.rule->text : plainWords(format, number, outcome.encoded, conversion->rounding);
  return fmt::format("{}: {}", stack.title,
                     fmt::format(fmt::runtime(words), fmt::arg("value", readableText(format, code)),
                                 fmt::arg("code", codeText(format, code))));
}

Result<StackResult> convert(const Stack& stack, const NumberFormat& format, const Unrounded& number) {
  const StackConversion* conversion = conversionTo(stack, format);
  const StackOutcome outcome = conversion ? encodeLike(*conversion, format, number) : StackOutcome{};
  std::string rule = ruleText(stack, format, number, outcome);
  if (conversion == nullptr || outcome.isOpen()) return fail(Errc::Unsupported, std::move(rule), format.info().id);
  return StackResult{outcome.encoded, std::move(rule)};
}

std::vector<StackRow> whatOthersDo(const NumberFormat& format, const Unrounded& number) {
  std::vector<StackRow> rows;
  for (const Stack* stack : stackRegistry()) {
    auto result = convert(*stack, format, number);
    if (result)
      rows.push_back(
          {stack, result->encoded.code, readableText(format, result->encoded.code), std::move(result->rule)});
    else
      rows.push_back({stack, std::nullopt, {}, std::move(result.error().message)});
  }
  return rows;
}

}  // namespace ulpscope
