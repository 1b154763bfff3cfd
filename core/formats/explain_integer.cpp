// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "core/formats/anatomy.h"
#include "core/formats/explain_steps.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

using Kind = Unrounded::Kind;

/// |number| without its fraction, and how much that was. Precondition: finite and below 2^63.
struct CutInteger {
  std::uint64_t magnitude;
  Dropped dropped;
};

CutInteger cutToInteger(const Unrounded& number) {
  const int drop = -number.exponent;
  const std::uint64_t kept = drop >= 64 ? 0 : number.significand >> drop;
  const bool guard = drop <= 64 && (number.significand >> (drop - 1) & 1) != 0;
  const std::uint64_t below = drop > 64 ? number.significand : number.significand & lowMask(drop - 1);
  return {kept, droppedShare(guard, below | std::uint64_t{number.sticky})};
}

std::string nearestText(const EncodingCase& encoding) {
  const Unrounded& number = encoding.unrounded;
  const CutInteger cut = cutToInteger(number);
  const std::string sign = number.negative ? "-" : "";
  const std::string shown = quoted(toString(encoding.number.decimal));
  if (cut.dropped == Dropped::Nothing) return fmt::format("{} is an integer.", shown);
  return fmt::format("{} lies between `{}{}` and `{}{}`. {}", shown, cut.magnitude == 0 ? "" : sign, cut.magnitude,
                     sign, cut.magnitude + 1, roundingRule(encoding.rounding, cut.dropped, number.negative));
}

std::string complementText(const IntegerFormat& format, std::uint64_t code) {
  const std::int64_t value = format.toInteger(code);
  const std::string last = fmt::format("`{}` = `{}`", bitsText(format, code), codeText(format, code));
  if (value >= 0) return fmt::format("{} = {}.", value, last);
  const int bits = format.info().codeBits;
  return fmt::format("Two's complement: 2{} - {} = {} = {}.", superscript(bits), -value, code, last);
}

}  // namespace

Reasoning explainIntegerEncoding(const IntegerFormat& format, const EncodingCase& encoding) {
  const Unrounded& number = encoding.unrounded;
  Reasoning reasoning;
  reasoning.rule = kExactRule;
  reasoning.steps.push_back({"Sign", number.negative ? "The number is negative." : "The number is not negative."});
  if (number.kind == Kind::Finite && number.exponent < 0) {
    reasoning.steps.push_back({"Integer", nearestText(encoding)});
    reasoning.rule = roundingRule(encoding.rounding, cutToInteger(number).dropped, number.negative);
  }
  if (encoding.outcome.overflowed) {
    reasoning.rule = fmt::format(
        "{} lies outside {} to {}; integers have neither infinity nor NaN, so the nearer end, "
        "`{}`, is taken.",
        number.kind == Kind::Infinity ? "Infinity" : "The rounded number", format.smallest(), format.largest(),
        number.negative ? format.smallest() : format.largest());
    reasoning.steps.push_back({"Clamp", reasoning.rule});
  }
  reasoning.steps.push_back({"Code", complementText(format, encoding.outcome.code)});
  return reasoning;
}

Reasoning explainIntegerDecoding(const IntegerFormat& format, std::uint64_t code) {
  const auto anatomy = std::get<IntegerAnatomy>(anatomyOf(format, code));
  const int bits = format.info().codeBits;
  if (!format.isSigned())
    return {
        .steps = {{"Value", fmt::format("`{}` = `{}` = {}.", codeText(format, code), bitsText(format, code), code)}},
        .rule = "Unsigned: every bit counts its power of two."};
  return {.steps = {{"Fields", fmt::format("`{}` = `{}`.", codeText(format, code), bitsText(format, code))},
                    {"Top bit", fmt::format("The top bit weighs -2{} = {}; here it adds {}.", superscript(bits - 1),
                                            format.smallest(), anatomy.topWeight)},
                    {"Value", fmt::format("{} + {} = `{}`.", anatomy.topWeight, anatomy.rest, format.toInteger(code))}},
          .rule = "Two's complement: the top bit counts negatively, the others as usual."};
}

}  // namespace ulpscope
