// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <bit>
#include <cmath>

#include "core/formats/anatomy.h"
#include "core/formats/exact_number.h"
#include "core/formats/explain_binary.h"
#include "core/formats/explain_steps.h"
#include "core/formats/root_e_power.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

using Kind = Unrounded::Kind;

constexpr int kShownBeyond = 4;  ///< bits of the endless string that are shown behind the first one that falls off

/// A string with a space between its fields.
std::string spaced(Taper taper, std::uint64_t string, int bits) {
  const TaperedParts parts = takeApart(taper, string, bits);
  std::string text;
  int left = bits;
  for (const int field : {1, parts.directionBits, parts.regimeBits, parts.exponentBits, parts.fractionBits}) {
    left -= field;
    if (field > 0) text += (text.empty() ? "" : " ") + fieldBits(string >> left, field);
  }
  return text;
}

std::string runText(bool ones, int count) {
  return fmt::format("{} {}{}", count, ones ? "one" : "zero", count == 1 ? "" : "s");
}

/// Of a fraction field; "0" where there is none.
std::string fractionText(const TaperedAnatomy& anatomy, const char* name) {
  if (anatomy.parts.fractionBits == 0) return fmt::format("No bits are left for the fraction: {} = 0.", name);
  return fmt::format("`{}`: {} = `{}` = {}.", fieldBits(anatomy.parts.fraction, anatomy.parts.fractionBits), name,
                     anatomy.fractionBits, quoted(anatomy.fraction));
}

// --- Encoding ---

/// Whether a bit that is not there would have told more.
std::string fillText(int missing) {
  if (missing == 0) return "";
  return fmt::format(" ({} of its bits found no room and count as 0)", missing);
}

ExplanationStep regimeStep(int scale) {
  const int regime = scale >> 2, exponent = scale & 3;
  const bool ones = regime >= 0;
  return {"Regime",
          fmt::format("{} = 4 × {} + {}: regime r = {}, exponent e = {}. A regime of {} is {} and the other bit; "
                      "e in two bits is `{}`.",
                      scale, regime, exponent, regime, exponent, regime, runText(ones, ones ? regime + 1 : -regime),
                      fieldBits(static_cast<std::uint64_t>(exponent), 2))};
}

ExplanationStep characteristicStep(int characteristic) {
  const bool upward = characteristic >= 0;
  const auto distance = static_cast<unsigned>(upward ? characteristic + 1 : -characteristic);
  const int regime = static_cast<int>(std::bit_width(distance)) - 1;
  const int offset = upward ? characteristic + 1 - (1 << regime) : characteristic - 1 + (2 << regime);
  const std::string field = fieldBits(static_cast<std::uint64_t>(upward ? regime : 7 - regime), 3);
  const std::string size = upward ? fmt::format("c + 1 = {} has its leading bit at 2{}", distance, superscript(regime))
                                  : fmt::format("-c = {} has its leading bit at 2{}", distance, superscript(regime));
  const std::string smallest =
      upward ? fmt::format("2{} - 1", superscript(regime)) : fmt::format("1 - 2{}", superscript(regime + 1));
  std::string text =
      fmt::format("The characteristic is c = {}: direction `{:d}`. {}, so r = {}, in three bits `{}`{}.",
                  characteristic, upward, size, regime, field, upward ? "" : fmt::format(" (7 - {})", regime));
  if (regime > 0)
    text += fmt::format(" c - ({}) = {} in {} bit{}: `{}`.", smallest, offset, regime, regime == 1 ? "" : "s",
                        fieldBits(static_cast<std::uint64_t>(offset), regime));
  return {"Exponent", std::move(text)};
}

/// The string of the number up to the bits that fall off.
ExplanationStep stringStep(const TaperedFormat& format, const EncodingCase& encoding) {
  const int bits = format.info().codeBits;
  const CutString cut = cutToString(format.taper(), encoding.unrounded, bits + kShownBeyond);
  const std::uint64_t beyond = cut.string & lowMask(kShownBeyond);
  const bool exact = beyond == 0 && !cut.rest;
  std::string text = fmt::format("Behind a sign bit 0 these bits and those after the point: `{}`",
                                 spaced(format.taper(), cut.string >> kShownBeyond, bits));
  if (exact) return {"String", text + fmt::format("; in {} bits nothing falls off.", bits)};
  return {"String", text + fmt::format(" is what {} bits hold; `{}{}` falls off.", bits,
                                       fieldBits(beyond, kShownBeyond), cut.rest ? "…" : "")};
}

/// The value between the strings `below` and `below` + 1 that parts what goes to either.
std::string decidingText(const TaperedFormat& format, std::uint64_t below) {
  const Taper taper = format.taper();
  const int bits = format.info().codeBits;
  const Unrounded deciding = valueOfString(taper, below << 1 | 1, bits + 1);
  const Unrounded low = valueOfString(taper, below, bits), high = valueOfString(taper, below + 1, bits);
  std::string text = fmt::format("The point that decides is the value of the kept bits with a 1 appended, `{}`: ",
                                 spaced(taper, below << 1 | 1, bits + 1));
  if (deciding.sticky) return text + quoted(ExactNumber(deciding).text()) + " to 64 bits.";
  const ExactNumber mean = (*(ExactNumber(low) + ExactNumber(high))) * ExactNumber(exactNumber(false, 1, -1));
  text += quoted(ExactNumber(deciding).text());
  if (compare(ExactNumber(deciding), mean) == 0) return text + ".";
  return text + fmt::format(" (the mean of the two values would be {}).", quoted(mean.text()));
}

bool isNearest(Rounding mode) { return mode == Rounding::NearestEven || mode == Rounding::NearestAway; }

std::string nearestRule(Rounding mode, Dropped dropped) {
  switch (dropped) {
    case Dropped::LessThanHalf:
      return "To nearest: the bits that fall off begin with 0, so they are cut off.";
    case Dropped::MoreThanHalf:
      return "To nearest: the bits that fall off begin with 1 and more follows, so the magnitude goes up by one code.";
    case Dropped::Half:
      return mode == Rounding::NearestEven
                 ? "To nearest, ties to even: a 1 and nothing else falls off, so the even code is taken."
                 : "To nearest, ties away from zero: a 1 and nothing else falls off, so the magnitude goes up by one "
                   "code.";
    case Dropped::Nothing:
      break;
  }
  return kExactRule;
}

/// What decided on a finite number, in one sentence.
std::string finiteRule(const TaperedFormat& format, const EncodingCase& encoding, const CutString& cut) {
  const Dropped dropped = droppedShare((cut.string & 1) != 0, cut.rest ? 1 : 0);
  const std::uint64_t below = cut.string >> 1;
  const Rounding mode = encoding.rounding.mode;
  if (dropped == Dropped::Nothing) return kExactRule;
  if (below == format.largestCode()) {
    const char* end = format.classify(encoding.outcome.code) == NumberClass::Nan
                          ? "NaN was asked for, so the result is NaR."
                          : "no number becomes infinite, so the result is that value.";
    return fmt::format("The magnitude is beyond the largest value, {}; {}",
                       quoted(exactText(format, format.largestCode())), end);
  }
  if (below == 0 && isNearest(mode))
    return "To nearest no number but zero itself becomes zero, so the value of the smallest magnitude is taken.";
  return isNearest(mode) ? nearestRule(mode, dropped)
                         : roundingRule(encoding.rounding, dropped, encoding.unrounded.negative);
}

void explainScale(const TaperedFormat& format, const EncodingCase& encoding, Reasoning& reasoning) {
  const Unrounded& number = encoding.unrounded;
  if (format.taper() == Taper::LogarithmicTakum) {
    const double power = rootELogarithm(number);
    const auto characteristic = std::floor(power);
    reasoning.steps.push_back(
        {"Logarithm",
         fmt::format("The magnitude is √e to the power of l = 2 ln({}) ≈ `{:.12g}`; characteristic c = "
                     "floor(l) = {}, and behind the point ≈ `{:.12g}`.",
                     quoted(toString({false, encoding.number.decimal.digits, encoding.number.decimal.exponent10})),
                     power, characteristic, power - characteristic)});
    if (std::abs(power) < 255) reasoning.steps.push_back(characteristicStep(static_cast<int>(characteristic)));
    return;
  }
  const BinaryDigits binary = binaryDigits(number, 40);
  reasoning.steps.push_back({"Binary", binaryText(encoding.number.decimal, binary)});
  reasoning.steps.push_back({"Normalise", normaliseText(binary)});
  if (format.taper() == Taper::Posit)
    reasoning.steps.push_back(regimeStep(binary.leading));
  else if (binary.leading <= 254 && binary.leading >= -255)
    reasoning.steps.push_back(characteristicStep(binary.leading));
}

Reasoning explainSpecial(const TaperedFormat& format, const EncodingCase& encoding) {
  std::string rule;
  const char* title = "NaR";
  if (encoding.unrounded.kind == Kind::Zero) {
    title = "Zero";
    rule = "Zero is the code of zeros; it has no sign.";
  } else if (encoding.unrounded.kind == Kind::Nan) {
    rule = "NaN is NaR, not a real: a 1 and zeros.";
  } else if (format.classify(encoding.outcome.code) == NumberClass::Nan) {
    rule = "Infinity is not a real number, so it becomes NaR: a 1 and zeros.";
  } else {
    title = "Overflow";
    rule = "There is no infinity; it was asked to saturate, so the result is the end of the range.";
  }
  Reasoning reasoning{.steps = {{title, rule}}, .rule = rule};
  reasoning.steps.push_back({"Code", codeStepText(format, encoding)});
  return reasoning;
}

}  // namespace

Reasoning explainTaperedEncoding(const TaperedFormat& format, const EncodingCase& encoding) {
  if (encoding.unrounded.kind != Kind::Finite) return explainSpecial(format, encoding);
  const int bits = format.info().codeBits;
  const CutString cut = cutToString(format.taper(), encoding.unrounded, bits + 1);
  const std::uint64_t below = cut.string >> 1;
  const bool exact = (cut.string & 1) == 0 && !cut.rest;

  Reasoning reasoning;
  reasoning.steps.push_back({"Sign", signText(encoding.unrounded.negative, true)});
  explainScale(format, encoding, reasoning);
  reasoning.steps.push_back(stringStep(format, encoding));
  reasoning.rule = finiteRule(format, encoding, cut);
  if (!exact) {
    const bool decides = isNearest(encoding.rounding.mode) && below != 0 && below != format.largestCode();
    reasoning.steps.push_back(
        {"Round", reasoning.rule + (decides ? " " + decidingText(format, below) : std::string())});
  }
  const bool negated = encoding.unrounded.negative && format.classify(encoding.outcome.code) == NumberClass::Normal;
  if (negated)
    reasoning.steps.push_back(
        {"Negate", fmt::format("The two's complement of `{}` stands for the negative number: `{}`.",
                               fieldBits(format.magnitudeOf(encoding.outcome.code), bits),
                               fieldBits(encoding.outcome.code, bits))});
  reasoning.steps.push_back({"Code", codeStepText(format, encoding)});
  return reasoning;
}

namespace {

// --- Decoding ---

std::string positRegimeText(const TaperedParts& parts) {
  const bool ones = parts.regime >= 0;
  const int run = ones ? parts.regime + 1 : -parts.regime;
  return ones ? fmt::format("A run of {}: r = {} - 1 = {}.", runText(true, run), run, parts.regime)
              : fmt::format("A run of {}: r = {}.", runText(false, run), parts.regime);
}

std::string positExponentText(const TaperedParts& parts) {
  const int missing = 2 - parts.exponentBits;
  const std::string field =
      missing == 2 ? "No bits are left for it: e = 0"
                   : fmt::format("`{}`: e = {}{}", fieldBits(parts.exponent >> missing, parts.exponentBits),
                                 parts.exponent, missing == 0 ? "" : ", the missing bit being 0");
  return fmt::format("{}; 4 × {} + {} = {}.", field, parts.regime, parts.exponent, parts.scale);
}

std::string takumRegimeText(const TaperedParts& parts) {
  const int field = parts.upward ? parts.regime : 7 - parts.regime;
  const std::string bits = fieldBits(static_cast<std::uint64_t>(field) >> (3 - parts.regimeBits), parts.regimeBits);
  const std::string direction = parts.upward ? "Direction `1`: c is not negative" : "Direction `0`: c is negative";
  const std::string regime =
      parts.upward ? fmt::format("r = {}", parts.regime) : fmt::format("r = 7 - {} = {}", field, parts.regime);
  return fmt::format("{}. Regime `{}`: {}, the number of bits that follow for c.", direction, bits, regime);
}

std::string characteristicText(const TaperedParts& parts) {
  const std::string smallest = parts.upward ? fmt::format("2{} - 1", superscript(parts.regime))
                                            : fmt::format("1 - 2{}", superscript(parts.regime + 1));
  const int missing = parts.regime - parts.exponentBits;
  const std::string field = parts.exponentBits == 0
                                ? std::string("No bits")
                                : fmt::format("`{}`", fieldBits(parts.exponent >> missing, parts.exponentBits));
  return fmt::format("{}{}: c = {} + {} = {}.", field, fillText(missing), smallest, parts.exponent, parts.scale);
}

void explainFields(const TaperedAnatomy& anatomy, Reasoning& reasoning) {
  if (anatomy.taper == Taper::Posit) {
    reasoning.steps.push_back({"Regime", positRegimeText(anatomy.parts)});
    reasoning.steps.push_back({"Exponent", positExponentText(anatomy.parts)});
    reasoning.steps.push_back({"Fraction", fractionText(anatomy, "f")});
    return;
  }
  reasoning.steps.push_back({"Regime", takumRegimeText(anatomy.parts)});
  reasoning.steps.push_back({"Exponent", characteristicText(anatomy.parts)});
  reasoning.steps.push_back({"Fraction", fractionText(anatomy, "m")});
}

/// l / 2^shift of a logarithmic takum of positive sign.
Unrounded logarithm(const TaperedParts& parts, int shift) {
  const std::int64_t numerator =
      (std::int64_t{parts.scale} << parts.fractionBits) + static_cast<std::int64_t>(parts.fraction);
  return exactNumber(numerator < 0, static_cast<std::uint64_t>(numerator < 0 ? -numerator : numerator),
                     -parts.fractionBits - shift);
}

/// The value of a magnitude from its parts, as a formula with numbers.
std::string valueFormula(const TaperedAnatomy& anatomy, const char* sign) {
  const TaperedParts& parts = anatomy.parts;
  const Unrounded fraction = exactNumber(false, parts.fraction, -parts.fractionBits);
  if (anatomy.taper != Taper::LogarithmicTakum)
    return fmt::format("{}(1 + {}){}", sign, quoted(toString(exactDecimal(fraction))), times2To(parts.scale));
  // c and m as one dyadic number; both are exact.
  const ExactDecimal half = exactDecimal(logarithm(parts, 1));
  const ExactDecimal power = exactDecimal(logarithm(parts, 0));
  return fmt::format("l = {} + {} = {}; {}√e to the power of l, which is {}e to the power of {},", parts.scale,
                     quoted(toString(exactDecimal(fraction))), quoted(toString(power)), sign, sign,
                     quoted(toString(half)));
}

}  // namespace

Reasoning explainTaperedDecoding(const TaperedFormat& format, std::uint64_t code) {
  const int bits = format.info().codeBits;
  const std::string fields = fmt::format("`{}` = `{}`", codeText(format, code), bitsText(format, code));
  if (code == format.nanCode())
    return {.steps = {{"Fields", fields + "."}, {"NaR", "A 1 and zeros: NaR, not a real number."}},
            .rule = "The code is set aside for NaR."};
  if (code == 0)
    return {.steps = {{"Fields", fields + "."}, {"Zero", "All bits are zeros: the value is zero."}},
            .rule = "The code of zeros is zero, which has no sign."};
  const std::uint64_t magnitude = format.magnitudeOf(code);
  const bool negative = magnitude != code;
  Reasoning reasoning;
  reasoning.steps.push_back({"Fields", fields + "."});
  reasoning.steps.push_back(
      {"Sign", negative ? fmt::format("`1`: negative. The two's complement, `{}`, is the code of the magnitude.",
                                      spaced(format.taper(), magnitude, bits))
                        : "`0`: positive."});
  const auto anatomy = std::get<TaperedAnatomy>(anatomyOf(format, magnitude));
  explainFields(anatomy, reasoning);
  reasoning.steps.push_back(
      {"Value", fmt::format("{} = {}.", valueFormula(anatomy, negative ? "-" : ""), quoted(exactText(format, code)))});
  reasoning.rule = format.taper() == Taper::Posit ? "The value is 1 + f times two to the power of 4r + e."
                   : format.taper() == Taper::Takum
                       ? "The value is 1 + m times two to the power of the characteristic."
                       : "The value is √e to the power of l, the characteristic with the fraction behind its point.";
  return reasoning;
}

}  // namespace ulpscope
