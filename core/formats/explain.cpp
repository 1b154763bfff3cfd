// SPDX-License-Identifier: Apache-2.0
#include "core/formats/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/base/text.h"
#include "core/formats/codec.h"
#include "core/formats/exact_number.h"
#include "core/formats/explain_steps.h"
#include "core/formats/scaled_format.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

/// All that follows from the code alone.
Explanation describeCode(std::string input, const NumberFormat& format, const Encoded& outcome) {
  const std::uint64_t code = outcome.code;
  const auto ulp = ulpOf(format, code);
  const auto textOf = [&](std::optional<std::uint64_t> neighbour) -> std::optional<std::string> {
    if (!neighbour) return std::nullopt;
    return exactText(format, *neighbour);
  };
  return {.input = std::move(input),
          .format = &format,
          .code = code,
          .outcome = outcome,
          .numberClass = format.classify(code),
          .value = exactText(format, code),
          .shortest = shortestText(format, code),
          .hexFloat = hexFloatText(format, code),
          .error = {},
          .ulp = ulp ? std::optional(ulp->text()) : std::nullopt,
          .previous = textOf(format.nextDown(code)),
          .next = textOf(format.nextUp(code)),
          .steps = {},
          .rule = {}};
}

void add(Explanation& explanation, Reasoning reasoning) {
  explanation.steps = std::move(reasoning.steps);
  explanation.rule = std::move(reasoning.rule);
}

Reasoning encodingReasoning(const NumberFormat& format, const EncodingCase& encoding);
Reasoning decodingReasoning(const NumberFormat& format, std::uint64_t code);

/// "`-3` × `0.25` = `-0.75`."
std::string restoreText(const ScaledFormat& format, std::uint64_t code) {
  const int unit = format.block().elementExponent;
  return fmt::format("{}{} × {} = {}.", quoted(exactText(format.element(), code)),
                     unit == 0 ? "" : " × 2" + superscript(unit),
                     quoted(exactText(*format.block().scale, format.scaleCode())), quoted(exactText(format, code)));
}

/// The element of a block: division by the scale, the element format's own steps, and back.
Reasoning scaledReasoning(const ScaledFormat& format, const EncodingCase& encoding) {
  const Unrounded quotient = format.inElements(encoding.unrounded);
  const Overflow overflow = ScaledFormat::elementOverflow(encoding.overflow);
  EncodingCase inner{encoding.number, quotient, encoding.rounding, overflow,
                     format.element().encode(quotient, encoding.rounding, overflow)};
  std::string divide;
  if (quotient.kind == Unrounded::Kind::Finite) {
    const int unit = format.block().elementExponent;
    divide = fmt::format("{} / {}{}", quoted(toString(encoding.number.decimal)),
                         quoted(exactText(*format.block().scale, format.scaleCode())),
                         unit == 0 ? "" : fmt::format(" in units of 2{}", superscript(unit)));
    const std::string shown = shortest(toDouble(quotient));  // "inf" and "0" where it is no double
    if (const auto number = parseNumber(shown); number->kind == Unrounded::Kind::Finite) {
      inner.number.decimal = number->decimal;
      divide += fmt::format(" = `{}`.", shown);
    } else {
      divide += fmt::format(" is too {} to write out.", number->kind == Unrounded::Kind::Zero ? "small" : "large");
    }
  }
  Reasoning reasoning = encodingReasoning(format.element(), inner);
  std::vector<ExplanationStep> before{{"Scale", format.scaleText()}};
  if (!divide.empty()) before.push_back({"Divide", std::move(divide)});
  reasoning.steps.insert(reasoning.steps.begin(), before.begin(), before.end());
  reasoning.steps.push_back({"Restore", restoreText(format, encoding.outcome.code)});
  return reasoning;
}

Reasoning encodingReasoning(const NumberFormat& format, const EncodingCase& encoding) {
  if (const auto* scaled = dynamic_cast<const ScaledFormat*>(&format)) return scaledReasoning(*scaled, encoding);
  if (const FloatSpec* spec = format.floatSpec()) return explainFloatEncoding(format, *spec, encoding);
  if (const auto* integers = dynamic_cast<const IntegerFormat*>(&format))
    return explainIntegerEncoding(*integers, encoding);
  if (const auto* book = dynamic_cast<const CodebookFormat*>(&format)) return explainCodebookEncoding(*book, encoding);
  if (const auto* tapered = dynamic_cast<const TaperedFormat*>(&format))
    return explainTaperedEncoding(*tapered, encoding);
  return {};
}

Reasoning decodingReasoning(const NumberFormat& format, std::uint64_t code) {
  if (const auto* scaled = dynamic_cast<const ScaledFormat*>(&format)) {
    Reasoning reasoning = decodingReasoning(scaled->element(), code);
    reasoning.steps.push_back({"Restore", restoreText(*scaled, code)});
    return reasoning;
  }
  if (const FloatSpec* spec = format.floatSpec()) return explainFloatDecoding(format, *spec, code);
  if (const auto* integers = dynamic_cast<const IntegerFormat*>(&format))
    return explainIntegerDecoding(*integers, code);
  if (const auto* book = dynamic_cast<const CodebookFormat*>(&format)) return explainCodebookDecoding(*book, code);
  if (const auto* tapered = dynamic_cast<const TaperedFormat*>(&format)) return explainTaperedDecoding(*tapered, code);
  return {};
}

/// "-28 - (-27.15625) = -0.84375, 0.422 ulp."
ExplanationStep errorStep(const Explanation& explanation, const ExactDecimal& given, const ExactDecimal& error) {
  const std::string shown = toString(given);
  std::string text = fmt::format("Stored - given = {} - {} = {}", quoted(explanation.value),
                                 given.negative ? "(" + quoted(shown) + ")" : quoted(shown), quoted(explanation.error));
  if (const auto ulp = ulpOf(*explanation.format, explanation.code)) {
    const ExactNumber distance = magnitudeOf(ExactNumber(unrounded({Unrounded::Kind::Finite, error})));
    text += fmt::format(", {:.3g} ulp", (distance / *ulp).toDouble());
  }
  return {"Error", text + "."};
}

/// `encoding.outcome` by way of `reasoning`.
Explanation explainOutcome(std::string_view text, const NumberFormat& format, const EncodingCase& encoding,
                           Reasoning reasoning) {
  Explanation explanation = describeCode(std::string(text), format, encoding.outcome);
  const ExactDecimal& given = encoding.number.decimal;
  const Unrounded stored = format.decode(explanation.code);
  add(explanation, std::move(reasoning));
  if (!isFinite(encoding.unrounded) || !isFinite(stored)) return explanation;
  const ExactDecimal error = subtract(exactDecimal(stored), given);
  explanation.error = stored.sticky ? cutText(error, kIrrationalErrorDigits) : toString(error);
  if (!encoding.outcome.exact) explanation.steps.push_back(errorStep(explanation, given, error));
  return explanation;
}

/// The steps that every stack takes: up to the cut, before anything is decided.
std::vector<ExplanationStep> stepsBeforeDecision(std::vector<ExplanationStep> steps) {
  static constexpr std::string_view kTitles[] = {"Sign", "Binary", "Normalise", "Exponent", "Fraction"};
  const auto decision = std::ranges::find_if(
      steps, [](const ExplanationStep& step) { return std::ranges::find(kTitles, step.title) == std::end(kTitles); });
  steps.erase(decision, steps.end());
  return steps;
}

}  // namespace

Result<Explanation> explainValue(std::string_view text, const NumberFormat& format, const RoundingChoice& rounding,
                                 Overflow overflow) {
  Result<ParsedNumber> parsed = parseNumber(text);
  if (!parsed) return tl::unexpected(std::move(parsed.error()));
  const Unrounded number = unrounded(*parsed);
  const Encoded outcome = format.encode(number, rounding, overflow);
  if (outcome.lostNan)
    return fail(Errc::Usage, fmt::format("a number expected, NaN found, which {} cannot hold", format.info().id),
                std::string(text));

  const EncodingCase encoding{*parsed, number, rounding, overflow, outcome};
  return explainOutcome(text, format, encoding, encodingReasoning(format, encoding));
}

Result<Explanation> explainLike(std::string_view text, const NumberFormat& format, const Stack& stack) {
  Result<ParsedNumber> parsed = parseNumber(text);
  if (!parsed) return tl::unexpected(std::move(parsed.error()));
  const Unrounded number = unrounded(*parsed);
  const Result<StackResult> result = convert(stack, format, number);
  if (!result) return tl::unexpected(result.error());

  const StackConversion& conversion = *conversionTo(stack, format);
  const Encoded plain = format.encode(number, conversion.rounding, conversion.overflow);
  EncodingCase encoding{*parsed, number, conversion.rounding, conversion.overflow, plain};
  Reasoning reasoning = encodingReasoning(format, encoding);
  encoding.outcome = result->encoded;
  if (plain.code != result->encoded.code) {
    reasoning.steps = stepsBeforeDecision(std::move(reasoning.steps));
    reasoning.steps.push_back({"Stack", result->rule + "."});
    reasoning.steps.push_back({"Code", codeStepText(format, encoding)});
  }
  reasoning.rule = result->rule + ".";
  return explainOutcome(text, format, encoding, std::move(reasoning));
}

Result<Explanation> explainCode(std::uint64_t code, const NumberFormat& format) {
  if ((code & ~lowMask(format.info().codeBits)) != 0)
    return fail(Errc::Usage, fmt::format("a code of at most {} bits expected for {}, {:#X} found",
                                         format.info().codeBits, format.info().id, code));
  Explanation explanation = describeCode(codeText(format, code), format, {.code = code});
  if (isFinite(format.decode(code))) explanation.error = "0";
  add(explanation, decodingReasoning(format, code));
  return explanation;
}

Result<std::uint64_t> parseCode(std::string_view text, const NumberFormat& format) {
  std::string digits;
  for (const char c : text)
    if (c != ' ' && c != '_') digits += c;
  int base = 10;
  if (digits.starts_with("0x") || digits.starts_with("0X")) base = 16;
  if (digits.starts_with("0b") || digits.starts_with("0B")) base = 2;
  if (base != 10) digits.erase(0, 2);

  std::uint64_t code = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, base);
  const bool tooLarge = error == std::errc::result_out_of_range || (code & ~lowMask(format.info().codeBits)) != 0;
  if (end != digits.data() + digits.size() || (error != std::errc{} && !tooLarge))
    return fail(Errc::Usage, R"(a code such as "0xCECA", "0b1100" or "52938" expected)", std::string(text));
  if (tooLarge)
    return fail(Errc::Usage,
                fmt::format("a code of at most {} bits expected for {}", format.info().codeBits, format.info().id),
                std::string(text));
  return code;
}

}  // namespace ulpscope
