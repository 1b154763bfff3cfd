// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "core/formats/explain_float.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

using Kind = Unrounded::Kind;

/// A finite number of at least the smallest exponent, or one that becomes subnormal, cut at the format's last place.
struct CutSignificand {
  bool normal;
  int drop;            ///< bits of Unrounded::significand below the last place
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
                     .drop = drop,
                     .kept = drop >= 64 ? 0 : number.significand >> drop,
                     .guard = bit(drop - 1),
                     .round = bit(drop - 2),
                     .sticky = below != 0 || number.sticky,
                     .dropped = {}};
  cut.dropped = droppedShare(cut.guard, (cut.round || cut.sticky) ? 1 : 0);
  return cut;
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
  const std::string kept = spec.fractionBits == 0 ? "There is no fraction: the hidden 1 alone is kept"
                                                  : fmt::format("The {} {} after the point: `{}`", spec.fractionBits,
                                                                spec.fractionBits == 1 ? "bit" : "bits",
                                                                fieldBits(cut.kept, spec.fractionBits));
  if (cut.dropped == Dropped::Nothing) return kept + "; nothing is left over.";
  return fmt::format(
      "{}. Left over: guard bit `{:d}`, round bit `{:d}`, sticky `{:d}` (whether anything is set below).", kept,
      cut.guard, cut.round, cut.sticky);
}

/// What the mode does; without fraction bits ties follow a rule of their own.
std::string modeRule(const FloatSpec& spec, const CutSignificand& cut, const EncodingCase& encoding) {
  const bool tieToEven = encoding.rounding.mode == Rounding::NearestEven && cut.dropped == Dropped::Half;
  if (!tieToEven || spec.fractionBits != 0)
    return roundingRule(encoding.rounding, cut.dropped, encoding.unrounded.negative);
  return hasZero(spec)
             ? "To nearest, ties to even: exactly half way to the next power of two, so the even code is taken."
             : "To nearest: exactly half way to the next power of two, where ties go up in this format.";
}

std::string roundText(const FloatSpec& spec, const CutSignificand& cut, const BinaryDigits& binary,
                      const EncodingCase& encoding) {
  std::string rule = modeRule(spec, cut, encoding);
  if (cut.dropped == Dropped::Nothing) return rule;
  const Unrounded& number = encoding.unrounded;
  const auto rounded = dropBits(number.significand, cut.drop, number.sticky, number.negative, encoding.rounding,
                                cut.normal && oddIsEven(spec, binary.leading))
                           .quotient;
  if (spec.fractionBits == 0)
    return rounded == cut.kept
               ? fmt::format("{} 2{} stays.", rule, superscript(binary.leading))
               : fmt::format("{} That carries into the exponent: 2{}.", rule, superscript(binary.leading + 1));
  const std::string before = fieldBits(cut.kept, spec.fractionBits);
  if (rounded == cut.kept) return fmt::format("{} `{}` stays.", rule, before);
  const std::string after = fieldBits(rounded, spec.fractionBits);
  const bool carries = rounded >> spec.fractionBits != cut.kept >> spec.fractionBits;
  return fmt::format("{} `{}` + 1 = `{}`{}.", rule, before, after, carries ? ", with a carry into the exponent" : "");
}

/// Below the smallest value of a format without subnormals: zero and that value are the neighbours, or it alone.
void explainBelowSmallest(const NumberFormat& format, const FloatSpec& spec, const EncodingCase& encoding,
                          Reasoning& reasoning) {
  const std::uint64_t code = makeCode(spec, false, smallestMagnitude(spec));
  const std::string smallest = quoted(exactText(format, code));
  if (!hasZero(spec)) {
    reasoning.rule = fmt::format(
        "The number is below the smallest value, {}, and the format has no zero: that value is "
        "taken.",
        smallest);
    reasoning.steps.push_back({"Range", reasoning.rule});
    return;
  }
  Unrounded half = format.decode(code);
  --half.exponent;
  ExactDecimal magnitude = encoding.number.decimal;
  magnitude.negative = false;
  const ExactDecimal past = subtract(magnitude, exactDecimal(half));
  const Dropped share = past.digits == "0" ? Dropped::Half
                        : past.negative    ? Dropped::LessThanHalf
                                           : Dropped::MoreThanHalf;
  const char* side = share == Dropped::Half           ? "exactly there"
                     : share == Dropped::LessThanHalf ? "below it"
                                                      : "above it";
  reasoning.steps.push_back(
      {"Neighbours", fmt::format("The format has no subnormals: below its smallest value, {}, there "
                                 "is only zero. Half way lies {}; the number is {}.",
                                 smallest, quoted(toString(exactDecimal(half))), side)});
  reasoning.rule = roundingRule(encoding.rounding, share, encoding.unrounded.negative);
  reasoning.steps.push_back({"Round", reasoning.rule});
}

void explainRounding(const NumberFormat& format, const FloatSpec& spec, const EncodingCase& encoding,
                     const BinaryDigits& binary, Reasoning& reasoning) {
  const std::uint64_t largest = largestFiniteMagnitude(spec);
  const auto largestField = static_cast<int>(largest >> spec.fractionBits);
  const CutSignificand cut = cutSignificand(spec, encoding.unrounded);
  reasoning.rule = modeRule(spec, cut, encoding);
  if (binary.leading > largestField - spec.bias) {
    reasoning.steps.push_back(
        {"Exponent", fmt::format("{} + bias {} = {}, but finite values end at {} = `{}`.", binary.leading, spec.bias,
                                 binary.leading + spec.bias, largestField,
                                 fieldBits(static_cast<std::uint64_t>(largestField), spec.exponentBits))});
    return;
  }
  const Unrounded smallest = format.decode(makeCode(spec, false, smallestMagnitude(spec)));
  const bool hasSubnormals = spec.bottom == Bottom::Subnormal && spec.fractionBits > 0;
  const bool below = std::pair(binary.leading, encoding.unrounded.significand) <
                     std::pair(smallest.exponent + 63, smallest.significand);
  if (!hasSubnormals && below) return explainBelowSmallest(format, spec, encoding, reasoning);
  reasoning.steps.push_back({"Exponent", exponentText(spec, cut, binary)});
  reasoning.steps.push_back({"Fraction", fractionText(spec, cut)});
  reasoning.steps.push_back({"Round", roundText(spec, cut, binary, encoding)});
}

}  // namespace

Reasoning explainFloatEncoding(const NumberFormat& format, const FloatSpec& spec, const EncodingCase& encoding) {
  const Unrounded& number = encoding.unrounded;
  if (number.kind != Kind::Finite) return explainSpecialEncoding(format, spec, encoding);

  const BinaryDigits binary = binaryDigits(number, std::clamp(spec.fractionBits + 8, 24, 64));
  Reasoning reasoning;
  reasoning.steps = {{"Sign", signText(number.negative, spec.signBits != 0)},
                     {"Binary", binaryText(encoding.number.decimal, binary)},
                     {"Normalise", normaliseText(binary)}};
  const bool hasThatSign = !number.negative || spec.signBits != 0;
  if (hasThatSign || !encoding.outcome.overflowed) explainRounding(format, spec, encoding, binary, reasoning);
  if (encoding.outcome.overflowed) {
    reasoning.rule = rangeRule(format, spec, encoding);
    reasoning.steps.push_back({hasThatSign ? "Overflow" : "Range", reasoning.rule});
  }
  reasoning.steps.push_back({"Code", codeStepText(format, encoding)});
  return reasoning;
}

}  // namespace ulpscope
