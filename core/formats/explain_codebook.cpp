// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "core/base/text.h"
#include "core/formats/explain_steps.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

std::string entryText(const Codebook& book, std::uint64_t code) {
  return fmt::format("`{}` (code {})", shortest(book.values[code]), code);
}

std::string choiceRule(Rounding rounding, bool tie, const Codebook& book) {
  switch (rounding) {
    case Rounding::NearestEven:
    case Rounding::NearestAway:
      if (!tie) return "To nearest: the side of the threshold between the two values decides.";
      return fmt::format("The number is the threshold itself, and in this table ties take the {} code.",
                         book.tie == Codebook::Tie::LowerCode ? "lower" : "upper");
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
  const std::string shown = quoted(toString(encoding.number.decimal));
  reasoning.steps.push_back({"Neighbours", fmt::format("{} lies between {} and {}.", shown, entryText(book, lower),
                                                       entryText(book, lower + 1))});
  const bool nearest =
      encoding.rounding.mode == Rounding::NearestEven || encoding.rounding.mode == Rounding::NearestAway;
  const ExactDecimal threshold = exactDecimal(unrounded(book.thresholds[lower]));
  const ExactDecimal difference = subtract(encoding.number.decimal, threshold);
  const bool tie = difference.digits == "0";
  if (nearest) {
    const char* side = tie ? "is exactly there" : difference.negative ? "lies below it" : "lies above it";
    reasoning.steps.push_back(
        {"Threshold", fmt::format("Their midpoint, as float32 arithmetic gives it, is {}; the number {}.",
                                  quoted(toString(threshold)), side)});
  }
  reasoning.rule = choiceRule(encoding.rounding.mode, tie, book);
  reasoning.steps.push_back({"Choice", reasoning.rule});
}

}  // namespace

Reasoning explainCodebookEncoding(const CodebookFormat& format, const EncodingCase& encoding) {
  const Codebook& book = format.book();
  Reasoning reasoning;
  if (encoding.outcome.overflowed) {
    reasoning.rule = fmt::format("The number lies outside the table, which ends at {} and {}; the nearer end is taken.",
                                 entryText(book, 0), entryText(book, book.values.size() - 1));
    reasoning.steps.push_back({"Clamp", reasoning.rule});
  } else if (encoding.outcome.exact) {
    reasoning.rule = "The number is an entry of the table, so nothing is rounded.";
    reasoning.steps.push_back({"Table", reasoning.rule});
  } else {
    explainChoice(format, encoding, reasoning);
  }
  reasoning.steps.push_back({"Code", codeStepText(format, encoding)});
  return reasoning;
}

Reasoning explainCodebookDecoding(const CodebookFormat& format, std::uint64_t code) {
  return {.steps = {{"Index", fmt::format("`{}` = `{}` = {}.", codeText(format, code), bitsText(format, code), code)},
                    {"Table", fmt::format("Entry {} of the {} values is {}.", code, format.book().values.size(),
                                          quoted(exactText(format, code)))}},
          .rule = "The code is an index into a table; its bits mean nothing by themselves."};
}

}  // namespace ulpscope
