// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "core/formats/anatomy.h"
#include "core/formats/explain_steps.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

using Kind = Unrounded::Kind;

constexpr int kMostPlaces = 40;  ///< zeros, or integer digits, that are still written out

/// The significant bits of a number, the first of them 1, as far as they are shown.
struct BinaryDigits {
  std::string digits;
  bool cut;     ///< more bits follow
  int leading;  ///< weight of the first one
};

BinaryDigits binaryDigits(const Unrounded& number, int most) {
  std::string digits = fmt::format("{:064b}", number.significand);
  digits.resize(digits.find_last_not_of('0') + 1);
  const bool cut = number.sticky || digits.size() > static_cast<std::size_t>(most);
  digits.resize(std::min(digits.size(), static_cast<std::size_t>(most)));
  return {std::move(digits), cut, number.exponent + 63};
}

/// With the point after `before` digits, which may be negative: "11011.00101", "0.00101…".
std::string withPoint(const BinaryDigits& binary, int before) {
  std::string text = binary.digits;
  if (before <= 0)
    text = "0." + std::string(static_cast<std::size_t>(-before), '0') + text;
  else if (text.size() <= static_cast<std::size_t>(before))
    text.append(static_cast<std::size_t>(before) - text.size(), '0');
  else
    text.insert(static_cast<std::size_t>(before), ".");
  return text + (binary.cut ? "…" : "");
}

bool canBeWrittenOut(const BinaryDigits& binary) {
  const bool integerIsCut = binary.cut && static_cast<int>(binary.digits.size()) <= binary.leading + 1;
  return binary.leading <= kMostPlaces && binary.leading >= -kMostPlaces && !integerIsCut;
}

std::string times2To(int exponent) { return " × 2" + superscript(exponent); }

std::string binaryText(const ExactDecimal& decimal, const BinaryDigits& binary) {
  if (!canBeWrittenOut(binary)) {
    const char* size = binary.leading > 0 ? "large" : "small";
    return fmt::format(
        "The number is too {} to write out; its first bit that is 1 stands for 2{}, and the bits from there "
        "are `{}{}`.",
        size, superscript(binary.leading), binary.digits, binary.cut ? "…" : "");
  }
  const int before = binary.leading + 1;  // binary digits before the point
  const int point = static_cast<int>(decimal.digits.size()) + decimal.exponent10;
  const auto split = static_cast<std::size_t>(std::max(point, 0));
  const std::string whole = withPoint(binary, before);
  const std::string note = binary.cut ? " The bits go on; … marks the cut." : "";
  ExactDecimal magnitude = decimal;
  magnitude.negative = false;
  if (point <= 0) return fmt::format("{} = `{}`.{}", quoted(toString(magnitude)), whole, note);
  if (split >= decimal.digits.size()) return fmt::format("{} = `{}`.{}", quoted(toString(magnitude)), whole, note);

  const std::size_t binaryPoint = whole.find('.');
  const std::string integerBits = whole.substr(0, binaryPoint);
  const std::string fractionBits = "0" + whole.substr(binaryPoint);
  return fmt::format("Integer part `{}` = `{}`, fraction {} = `{}`; together `{}`.{}", decimal.digits.substr(0, split),
                     integerBits, quoted("0." + decimal.digits.substr(split)), fractionBits, whole, note);
}

std::string normaliseText(const BinaryDigits& binary) {
  const std::string normalised = fmt::format("`{}`{}", withPoint(binary, 1), times2To(binary.leading));
  if (!canBeWrittenOut(binary)) return fmt::format("With the point behind the first 1: {}.", normalised);
  if (binary.leading == 0) return fmt::format("The point stands behind the first 1 already: {}.", normalised);
  const int places = std::abs(binary.leading);
  return fmt::format("Move the point {} {} to the {}, behind the first 1: `{}` = {}.", places,
                     places == 1 ? "place" : "places", binary.leading > 0 ? "left" : "right",
                     withPoint(binary, binary.leading + 1), normalised);
}

/// A finite number cut at the format's last place, before the decision to round.
struct CutSignificand {
  bool normal;
  std::uint64_t kept;  ///< with the hidden bit
  bool guard, round, sticky;
  Dropped dropped;
};

CutSignificand cutSignificand(const FloatSpec& spec, const Unrounded& number) {
  const int leading = number.exponent + 63;
  const bool normal = leading >= spec.smallestExponent();
  const int lastPlace = (normal ? leading : spec.smallestExponent()) - spec.fractionBits;
  const int drop = lastPlace - number.exponent;  // 64 - 1 - fractionBits or more
  const auto bit = [&](int index) { return index >= 0 && index < 64 && (number.significand >> index & 1) != 0; };
  const std::uint64_t below = drop - 2 >= 64 ? number.significand : number.significand & lowMask(std::max(drop - 2, 0));
  CutSignificand cut{.normal = normal,
                     .kept = drop >= 64 ? 0 : number.significand >> drop,
                     .guard = bit(drop - 1),
                     .round = bit(drop - 2),
                     .sticky = below != 0 || number.sticky,
                     .dropped = {}};
  cut.dropped = droppedShare(cut.guard, (cut.round || cut.sticky) ? 1 : 0);
  return cut;
}

/// Empty where there are no bits.
std::string fieldBits(std::uint64_t value, int bits) {
  return bits == 0 ? "" : fmt::format("{:0{}b}", value & lowMask(bits), bits);
}

std::string exponentText(const FloatSpec& spec, const CutSignificand& cut, const BinaryDigits& binary) {
  const int leading = binary.leading;
  const int smallest = spec.smallestExponent();
  if (cut.normal) {
    const int field = leading + spec.bias;
    return fmt::format("{} + bias {} = {} = `{}`.", leading, spec.bias, field,
                       fieldBits(static_cast<std::uint64_t>(field), spec.exponentBits));
  }
  std::string text = fmt::format(
      "2{} is below the smallest normal exponent, {}: the number is subnormal. Its exponent stays "
      "{}, the exponent field is `{}`",
      superscript(leading), smallest, smallest, fieldBits(0, spec.exponentBits));
  const int before = leading - smallest + 1;
  if (-before > kMostPlaces) return text + ", and the significand starts with 0.";
  return text +
         fmt::format(", and the significand starts with 0: `{}`{}.", withPoint(binary, before), times2To(smallest));
}

std::string fractionText(const FloatSpec& spec, const CutSignificand& cut) {
  const std::string kept =
      fmt::format("The {} bits after the point: `{}`", spec.fractionBits, fieldBits(cut.kept, spec.fractionBits));
  if (cut.dropped == Dropped::Nothing) return kept + "; nothing is left over.";
  return fmt::format(
      "{}. Left over: guard bit `{:d}`, round bit `{:d}`, sticky `{:d}` (whether anything is set below).", kept,
      cut.guard, cut.round, cut.sticky);
}

std::string roundText(const FloatSpec& spec, const CutSignificand& cut, const EncodingCase& encoding) {
  std::string rule = roundingRule(encoding.rounding, cut.dropped, encoding.unrounded.negative);
  if (cut.dropped == Dropped::Nothing) return rule;
  // As dropBits rounds: a guard bit and one that stands for all below it are the same as the whole tail.
  const std::uint64_t tail = std::uint64_t{cut.guard} << 1 | std::uint64_t{cut.round || cut.sticky};
  const auto rounded =
      dropBits(cut.kept << 2 | tail, 2, false, encoding.unrounded.negative, encoding.rounding).quotient;
  const std::string before = fieldBits(cut.kept, spec.fractionBits);
  if (rounded == cut.kept) return fmt::format("{} `{}` stays.", rule, before);
  const std::string after = fieldBits(rounded, spec.fractionBits);
  const bool carries = rounded >> spec.fractionBits != cut.kept >> spec.fractionBits;
  return fmt::format("{} `{}` + 1 = `{}`{}.", rule, before, after, carries ? ", with a carry into the exponent" : "");
}

/// Why a number past the largest finite value got the code it has.
std::string overflowRule(const NumberFormat& format, const FloatSpec& spec, const EncodingCase& encoding) {
  const bool infinite = encoding.unrounded.kind == Kind::Infinity;
  const char* beyond = infinite ? "Infinity is beyond" : "After rounding the number is beyond";
  const std::string largest =
      fmt::format("{} the largest finite value, {}", beyond, quoted(exactText(format, largestFiniteCode(spec, false))));
  const char* result = "the largest finite value";
  const NumberClass stored = format.classify(encoding.outcome.code);
  if (stored == NumberClass::Infinity) result = "infinity";
  if (stored == NumberClass::Nan) result = "NaN";

  const char* reason = "the format has infinity";
  if (encoding.overflow == Overflow::Saturate)
    reason = "it was asked to saturate";
  else if (!hasNan(spec))
    reason = "the format has neither infinity nor NaN";
  else if (stored == NumberClass::Nan && encoding.overflow == Overflow::Nan)
    reason = "NaN was asked for";
  else if (stored == NumberClass::Nan)
    reason = "the format has NaN but no infinity";
  else if (stored == NumberClass::Infinity && encoding.overflow == Overflow::Infinity)
    reason = "infinity was asked for";
  else if (stored == NumberClass::Normal)
    reason = "this rounding mode does not go past it";
  return fmt::format("{}; {}, so the result is {}.", largest, reason, result);
}

Reasoning explainSpecial(const NumberFormat& format, const FloatSpec& spec, const EncodingCase& encoding) {
  Reasoning reasoning;
  reasoning.steps.push_back({"Sign", signText(encoding.unrounded.negative)});
  const auto say = [&](const char* title, std::string text, std::string rule) {
    reasoning.steps.push_back({title, std::move(text)});
    reasoning.rule = std::move(rule);
  };
  const std::string ones = fieldBits(~std::uint64_t{0}, spec.exponentBits);
  switch (encoding.unrounded.kind) {
    case Kind::Zero:
      say("Zero", "Zero has no first 1 to put before the point: exponent and fraction are all zeros.", kExactRule);
      break;
    case Kind::Nan:
      say("NaN",
          hasInfinity(spec)
              ? fmt::format(
                    "NaN has the exponent `{}` and a fraction that is not zero; the top fraction bit makes it quiet.",
                    ones)
              : "NaN is the code whose exponent and fraction are all ones.",
          "NaN stays NaN and keeps its sign.");
      break;
    default:
      if (encoding.outcome.exact)
        say("Infinity", fmt::format("Infinity has the exponent `{}` and the fraction zero.", ones),
            "Infinity stays infinity.");
      else
        say("Overflow", overflowRule(format, spec, encoding), overflowRule(format, spec, encoding));
  }
  reasoning.steps.push_back({"Code", codeStepText(format, encoding)});
  return reasoning;
}

}  // namespace

Reasoning explainFloatEncoding(const NumberFormat& format, const FloatSpec& spec, const EncodingCase& encoding) {
  const Unrounded& number = encoding.unrounded;
  if (number.kind != Kind::Finite) return explainSpecial(format, spec, encoding);

  const BinaryDigits binary = binaryDigits(number, std::clamp(spec.fractionBits + 8, 24, 64));
  Reasoning reasoning;
  reasoning.steps = {{"Sign", signText(number.negative)},
                     {"Binary", binaryText(encoding.number.decimal, binary)},
                     {"Normalise", normaliseText(binary)}};
  const auto largestField = static_cast<int>(largestFiniteMagnitude(spec) >> spec.fractionBits);
  const CutSignificand cut = cutSignificand(spec, number);
  if (binary.leading > largestField - spec.bias) {
    reasoning.steps.push_back(
        {"Exponent", fmt::format("{} + bias {} = {}, but finite values end at {} = `{}`.", binary.leading, spec.bias,
                                 binary.leading + spec.bias, largestField,
                                 fieldBits(static_cast<std::uint64_t>(largestField), spec.exponentBits))});
  } else {
    reasoning.steps.push_back({"Exponent", exponentText(spec, cut, binary)});
    reasoning.steps.push_back({"Fraction", fractionText(spec, cut)});
    reasoning.steps.push_back({"Round", roundText(spec, cut, encoding)});
  }
  reasoning.rule = roundingRule(encoding.rounding, cut.dropped, number.negative);
  if (encoding.outcome.overflowed) {
    reasoning.rule = overflowRule(format, spec, encoding);
    reasoning.steps.push_back({"Overflow", reasoning.rule});
  }
  reasoning.steps.push_back({"Code", codeStepText(format, encoding)});
  return reasoning;
}

Reasoning explainFloatDecoding(const NumberFormat& format, const FloatSpec& spec, std::uint64_t code) {
  const auto anatomy = std::get<FloatAnatomy>(anatomyOf(format, code));
  const std::string exponentBits = fieldBits(anatomy.storedExponent, spec.exponentBits);
  std::string padding;
  if (spec.paddingBits > 0) padding = fmt::format(", {} bits of padding that mean nothing", spec.paddingBits);
  Reasoning reasoning;
  reasoning.steps = {
      {"Fields", fmt::format("`{}` = `{}`: sign `{:d}`, exponent `{}`, fraction `{}`{}.", codeText(format, code),
                             bitsText(format, code), anatomy.negative, exponentBits,
                             fieldBits(anatomy.storedFraction, spec.fractionBits), padding)},
      {"Sign", anatomy.negative ? "`1`: negative." : "`0`: positive."}};
  const auto finish = [&](const char* title, std::string text, std::string rule) {
    reasoning.steps.push_back({title, std::move(text)});
    reasoning.rule = std::move(rule);
    return reasoning;
  };
  switch (format.classify(code)) {
    case NumberClass::Nan:
      return finish("NaN",
                    hasInfinity(spec) ? "Exponent all ones and a fraction that is not zero: not a number."
                                      : "Exponent and fraction all ones: not a number.",
                    "The code is set aside for NaN.");
    case NumberClass::Infinity:
      return finish("Infinity", "Exponent all ones and fraction zero: infinity.",
                    "The code is set aside for infinity.");
    case NumberClass::Zero:
      return finish("Zero", "Exponent and fraction are all zeros: the value is zero, with a sign.",
                    "Exponent field zero has no hidden 1, so a zero fraction is zero.");
    case NumberClass::Subnormal:
    case NumberClass::Normal:
      break;
  }
  const bool subnormal = anatomy.storedExponent == 0;
  reasoning.steps.push_back(
      {"Exponent", subnormal
                       ? fmt::format("`{}`: subnormal, so the exponent is the smallest normal one, 1 - bias {} = {}.",
                                     exponentBits, anatomy.bias, anatomy.exponent)
                       : fmt::format("`{}` = {}; {} - bias {} = {}.", exponentBits, anatomy.storedExponent,
                                     anatomy.storedExponent, anatomy.bias, anatomy.exponent)});
  reasoning.steps.push_back(
      {"Significand", fmt::format("`{}` = {}, {} before the point.", anatomy.significandBits,
                                  quoted(anatomy.significand), subnormal ? "no hidden 1" : "with the hidden 1")});
  return finish("Value",
                fmt::format("{}{} = {}.", quoted((anatomy.negative ? "-" : "") + anatomy.significand),
                            times2To(anatomy.exponent), quoted(exactText(format, code))),
                subnormal ? "Exponent field zero: the significand has no hidden 1 (subnormal)."
                          : "The value is the significand with its hidden 1, times two to the exponent less the bias.");
}

}  // namespace ulpscope
