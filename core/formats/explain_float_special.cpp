// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "core/formats/explain_float.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

using Kind = Unrounded::Kind;

/// Which end of the range the number is beyond, as a clause.
std::string placeText(const NumberFormat& format, const FloatSpec& spec, const Unrounded& number) {
  if (number.kind == Kind::Zero)
    return "The format has no zero: its smallest value is " +
           quoted(exactText(format, makeCode(spec, false, smallestMagnitude(spec))));
  if (number.negative && spec.signBits == 0) return "The number is negative, and the format has no negative values";
  const char* subject = number.kind == Kind::Infinity ? "Infinity is" : "After rounding the number is";
  return fmt::format("{} beyond the largest finite value, {}", subject,
                     quoted(exactText(format, largestFiniteCode(spec, false))));
}

std::string nanText(const FloatSpec& spec) {
  if (nanIsNegativeZero(spec))
    return "The one NaN has the code that would be negative zero: sign bit `1`, everything else `0`.";
  if (spec.specials != Specials::Ieee) return "NaN is the code whose exponent and fraction are all ones.";
  return fmt::format("NaN has the exponent `{}` and a fraction that is not zero; the top fraction bit makes it quiet.",
                     fieldBits(~std::uint64_t{0}, spec.exponentBits));
}

std::string infinityText(const FloatSpec& spec) {
  if (spec.specials != Specials::Ieee) return "Infinity is the largest magnitude that is not NaN.";
  return fmt::format("Infinity has the exponent `{}` and the fraction zero.",
                     fieldBits(~std::uint64_t{0}, spec.exponentBits));
}

std::string zeroText(const FloatSpec& spec, bool negative) {
  const std::string text = "Zero has no first 1 to put before the point: exponent and fraction are all zeros.";
  return negative && !hasNegativeZero(spec) ? text + " There is only one zero, so the sign is lost." : text;
}

}  // namespace

std::string rangeRule(const NumberFormat& format, const FloatSpec& spec, const EncodingCase& encoding) {
  const std::uint64_t code = encoding.outcome.code;
  const NumberClass stored = format.classify(code);
  std::string result = "the end of the range, " + quoted(exactText(format, code));
  if (stored == NumberClass::Infinity) result = "infinity";
  if (stored == NumberClass::Nan) result = "NaN";

  const char* reason = "this rounding mode does not go past it";
  if (encoding.overflow == Overflow::Saturate)
    reason = "it was asked to saturate";
  else if (!hasNan(spec))
    reason = "the format has neither infinity nor NaN";
  else if (stored == NumberClass::Nan && encoding.overflow == Overflow::Nan)
    reason = "NaN was asked for";
  else if (stored == NumberClass::Nan)
    reason = hasInfinity(spec) ? "the format has no infinity on that side" : "the format has NaN but no infinity";
  else if (stored == NumberClass::Infinity)
    reason = encoding.overflow == Overflow::Infinity ? "infinity was asked for" : "the format has infinity";
  return fmt::format("{}; {}, so the result is {}.", placeText(format, spec, encoding.unrounded), reason, result);
}

Reasoning explainSpecialEncoding(const NumberFormat& format, const FloatSpec& spec, const EncodingCase& encoding) {
  const Unrounded& number = encoding.unrounded;
  Reasoning reasoning;
  reasoning.steps.push_back({"Sign", signText(number.negative, spec.signBits != 0)});
  const auto say = [&](const char* title, std::string text, std::string rule) {
    reasoning.steps.push_back({title, std::move(text)});
    reasoning.rule = std::move(rule);
  };
  if (encoding.outcome.overflowed) {
    const std::string rule = rangeRule(format, spec, encoding);
    say("Range", rule, rule);
  } else if (number.kind == Kind::Nan) {
    say("NaN", nanText(spec),
        nanIsNegativeZero(spec) || spec.signBits == 0 ? "NaN stays NaN." : "NaN stays NaN and keeps its sign.");
  } else if (number.kind == Kind::Infinity) {
    say("Infinity", infinityText(spec), "Infinity stays infinity.");
  } else {
    say("Zero", zeroText(spec, number.negative), kExactRule);
  }
  reasoning.steps.push_back({"Code", codeStepText(format, encoding)});
  return reasoning;
}

}  // namespace ulpscope
