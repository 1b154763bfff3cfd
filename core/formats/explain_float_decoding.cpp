// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "core/formats/anatomy.h"
#include "core/formats/explain_float.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

std::string fieldsText(const NumberFormat& format, const FloatSpec& spec, std::uint64_t code,
                       const FloatAnatomy& anatomy) {
  std::string text = fmt::format("`{}` = `{}`:", codeText(format, code), bitsText(format, code));
  if (spec.signBits != 0) text += fmt::format(" sign `{:d}`,", anatomy.negative);
  text += fmt::format(" exponent `{}`", fieldBits(anatomy.storedExponent, spec.exponentBits));
  if (spec.fractionBits != 0)
    text += fmt::format(", fraction `{}`", fieldBits(anatomy.storedFraction, spec.fractionBits));
  if (spec.paddingBits != 0) text += fmt::format(", {} bits of padding that mean nothing", spec.paddingBits);
  return text + ".";
}

/// How the code is told to be NaN.
std::string nanText(const FloatSpec& spec, const FloatAnatomy& anatomy) {
  if (nanIsNegativeZero(spec)) return "The code that would be negative zero is the one NaN of this format.";
  if (spec.specials != Specials::Ieee) return "Exponent and fraction all ones: not a number.";
  const std::uint64_t top = std::uint64_t{1} << (spec.fractionBits - 1);
  const bool quiet = (anatomy.storedFraction & top) != 0;
  const std::uint64_t payload = anatomy.storedFraction & (top - 1);
  return fmt::format(
      "Exponent all ones and a fraction that is not zero: not a number. The top fraction bit is `{:d}`, so it is {}; "
      "the "
      "{} bits below it are its payload, {}{}.",
      quiet, quiet ? "quiet and passes through arithmetic" : "signalling: the next operation turns it into a quiet one",
      spec.fractionBits - 1, payload, payload == 0 ? ", empty" : ", which says nothing about a value");
}

std::string exponentText(const FloatSpec& spec, const FloatAnatomy& anatomy, bool subnormal) {
  const std::string bits = fieldBits(anatomy.storedExponent, spec.exponentBits);
  if (subnormal)
    return fmt::format("`{}`: subnormal, so the exponent is the smallest normal one, 1 - bias {} = {}.", bits,
                       anatomy.bias, anatomy.exponent);
  return fmt::format("`{}` = {}; {} - bias {} = {}.", bits, anatomy.storedExponent, anatomy.storedExponent,
                     anatomy.bias, anatomy.exponent);
}

std::string significandText(const FloatSpec& spec, const FloatAnatomy& anatomy, bool subnormal) {
  if (spec.fractionBits == 0) return "There are no fraction bits: the significand is the hidden 1 alone.";
  return fmt::format("`{}` = {}, {} before the point.", anatomy.significandBits, quoted(anatomy.significand),
                     subnormal ? "no hidden 1" : "with the hidden 1");
}

std::string zeroText(const FloatSpec& spec) {
  if (spec.bottom == Bottom::Flushed)
    return "Exponent field zero: this format has no subnormals, so the value is zero.";
  return hasNegativeZero(spec) ? "Exponent and fraction are all zeros: the value is zero, with a sign."
                               : "Exponent and fraction are all zeros: the value is zero, the only one there is.";
}

}  // namespace

Reasoning explainFloatDecoding(const NumberFormat& format, const FloatSpec& spec, std::uint64_t code) {
  const auto anatomy = std::get<FloatAnatomy>(anatomyOf(format, code));
  Reasoning reasoning;
  reasoning.steps = {{"Fields", fieldsText(format, spec, code, anatomy)}};
  const auto finish = [&](const char* title, std::string text, std::string rule) {
    reasoning.steps.push_back({title, std::move(text)});
    reasoning.rule = std::move(rule);
    return reasoning;
  };
  const NumberClass numberClass = format.classify(code);
  const bool isOneNan = numberClass == NumberClass::Nan && nanIsNegativeZero(spec);
  if (spec.signBits != 0 && !isOneNan)
    reasoning.steps.push_back({"Sign", anatomy.negative ? "`1`: negative." : "`0`: positive."});
  switch (numberClass) {
    case NumberClass::Nan:
      return finish("NaN", nanText(spec, anatomy), "The code is set aside for NaN.");
    case NumberClass::Infinity:
      return finish("Infinity",
                    spec.specials == Specials::Ieee ? "Exponent all ones and fraction zero: infinity."
                                                    : "The largest magnitude that is not NaN: infinity.",
                    "The code is set aside for infinity.");
    case NumberClass::Zero:
      return finish("Zero", zeroText(spec),
                    spec.bottom == Bottom::NormalButZero
                        ? "The code with exponent and fraction zero is set aside for zero."
                        : "Exponent field zero has no hidden 1, so a zero fraction is zero.");
    case NumberClass::Subnormal:
    case NumberClass::Normal:
      break;
  }
  const bool subnormal = numberClass == NumberClass::Subnormal;
  reasoning.steps.push_back({"Exponent", exponentText(spec, anatomy, subnormal)});
  reasoning.steps.push_back({"Significand", significandText(spec, anatomy, subnormal)});
  return finish("Value",
                fmt::format("{}{} = {}.", quoted((anatomy.negative ? "-" : "") + anatomy.significand),
                            times2To(anatomy.exponent), quoted(exactText(format, code))),
                subnormal ? "Exponent field zero: the significand has no hidden 1 (subnormal)."
                          : "The value is the significand with its hidden 1, times two to the exponent less the bias.");
}

}  // namespace ulpscope
