// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "core/base/text.h"
#include "core/formats/explain_steps.h"
#include "core/formats/limits.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

std::string entryText(const Codebook& book, std::uint64_t code) {
  return fmt::format("`{}` (code {})", shortest(book.values[code]), code);
}

const char* tieText(Codebook::Tie tie) {
  switch (tie) {
    case Codebook::Tie::LowerValue:
      return "the lower value";
    case Codebook::Tie::UpperValue:
      return "the upper value";
    case Codebook::Tie::SmallerMagnitude:
      return "the value nearer to zero";
    case Codebook::Tie::EvenCode:
      break;
  }
  return "the even code";
}

/// What lies halfway between the values of `lower` and `upper`, exactly: (lower - -upper) / 2.
ExactDecimal midpoint(const NumberFormat& format, std::uint64_t lower, std::uint64_t upper) {
  Unrounded a = format.decode(lower), b = format.decode(upper);
  for (Unrounded* number : {&a, &b}) number->exponent -= 1;
  ExactDecimal negated = exactDecimal(b);
  negated.negative = !negated.negative && negated.digits != "0";
  return subtract(exactDecimal(a), negated);
}

std::string thresholdText(const CodebookFormat& format, std::uint64_t lower, std::uint64_t upper,
                          const ExactDecimal& threshold, const ExactDecimal& difference) {
  const char* side = difference.digits == "0" ? "is exactly there"
                     : difference.negative    ? "lies below it"
                                              : "lies above it";
  const ExactDecimal exact = midpoint(format, lower, upper);
  if (exact == threshold) return fmt::format("Their midpoint is {}; the number {}.", quoted(toString(threshold)), side);
  return fmt::format("The implementation compares with the float32 {}, close to their midpoint {}; the number {}.",
                     quoted(toString(threshold)), quoted(toString(exact)), side);
}

std::string choiceRule(Rounding rounding, bool tie, const Codebook& book) {
  switch (rounding) {
    case Rounding::NearestEven:
    case Rounding::NearestAway:
      if (!tie) return "To nearest: the side of the threshold between the two values decides.";
      return fmt::format("The number is the threshold itself, and in this table ties take {}.", tieText(book.tie));
    case Rounding::TowardZero:
      return "Toward zero: of the two values the one of smaller magnitude.";
    case Rounding::TowardPositive:
      return "Toward positive infinity: the upper of the two values.";
    case Rounding::TowardNegative:
      return "Toward negative infinity: the lower of the two values.";
    case Rounding::Stochastic:
      return "Stochastic: the share of the way from the lower to the upper value is the probability of the upper one.";
    case Rounding::ToOdd:
      break;
  }
  return "To odd: of the two values the one with the odd code.";
}

/// The steps of a number strictly between the ends that is not in the table.
void explainChoice(const CodebookFormat& format, const EncodingCase& encoding, Reasoning& reasoning) {
  const Codebook& book = format.book();
  const std::uint64_t lower = format.encode(encoding.unrounded, Rounding::TowardNegative, encoding.overflow).code;
  const std::uint64_t upper = format.encode(encoding.unrounded, Rounding::TowardPositive, encoding.overflow).code;
  const std::string shown = quoted(toString(encoding.number.decimal));
  reasoning.steps.push_back(
      {"Neighbours", fmt::format("{} lies between {} and {}.", shown, entryText(book, lower), entryText(book, upper))});
  const bool nearest =
      encoding.rounding.mode == Rounding::NearestEven || encoding.rounding.mode == Rounding::NearestAway;
  const ExactDecimal threshold = exactDecimal(unrounded(book.thresholds[format.rankOf(lower)]));
  const ExactDecimal difference = subtract(encoding.number.decimal, threshold);
  if (nearest) reasoning.steps.push_back({"Threshold", thresholdText(format, lower, upper, threshold, difference)});
  reasoning.rule = choiceRule(encoding.rounding.mode, difference.digits == "0", book);
  reasoning.steps.push_back({"Choice", reasoning.rule});
}

}  // namespace

Reasoning explainCodebookEncoding(const CodebookFormat& format, const EncodingCase& encoding) {
  const Codebook& book = format.book();
  Reasoning reasoning;
  if (encoding.outcome.overflowed) {
    const FormatLimits limits = limitsOf(format);
    reasoning.rule = fmt::format("The number lies outside the table, which ends at {} and {}; the nearer end is taken.",
                                 entryText(book, limits.lowest), entryText(book, limits.largest));
    reasoning.steps.push_back({"Clamp", reasoning.rule});
  } else if (encoding.outcome.exact) {
    reasoning.rule = "The number is an entry of the table, so nothing is rounded.";
    reasoning.steps.push_back({"Table", reasoning.rule});
  } else {
    explainChoice(format, encoding, reasoning);
  }
  reasoning.steps.push_back({"Derivation", book.derivation(encoding.outcome.code)});
  reasoning.steps.push_back({"Code", codeStepText(format, encoding)});
  return reasoning;
}

Reasoning explainCodebookDecoding(const CodebookFormat& format, std::uint64_t code) {
  return {.steps = {{"Index", fmt::format("`{}` = `{}` = {}.", codeText(format, code), bitsText(format, code), code)},
                    {"Table", fmt::format("Entry {} of the {} values is {}.", code, format.book().values.size(),
                                          quoted(exactText(format, code)))},
                    {"Derivation", format.book().derivation(code)}},
          .rule = "The code is an index into a table; its bits mean nothing by themselves."};
}

}  // namespace ulpscope
