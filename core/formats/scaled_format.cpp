// SPDX-License-Identifier: Apache-2.0
#include "core/formats/scaled_format.h"

#include <fmt/format.h>

#include <bit>
#include <utility>

#include "core/formats/exact_decimal.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

using Kind = Unrounded::Kind;

/// Reads "2^-3" as a hex float, anything else as parseNumber does.
Result<ParsedNumber> parseScale(std::string_view text) {
  if (!text.starts_with("2^")) return parseNumber(text);
  return parseNumber(fmt::format("0x1p{}", text.substr(2)));
}

}  // namespace

ScaledFormat::ScaledFormat(const BlockFormat& block, std::uint64_t scaleCode, std::string scaleText)
    : m_block(block), m_info(block.element->info()), m_scaleCode(scaleCode), m_scaleText(std::move(scaleText)) {
  const Unrounded scale = block.scale->decode(scaleCode);
  const int zeros = std::countr_zero(scale.significand);
  m_scaleInteger = scale.significand >> zeros;
  m_scaleExponent = scale.exponent + zeros + block.elementExponent;
  m_info.id = block.id;
  m_info.title = fmt::format("{}, scale {}", block.title, readableText(*block.scale, scaleCode));
  m_info.name = block.name;
  m_info.torch = m_info.mlDtypes = {};
  m_info.source = block.source;
}

Unrounded ScaledFormat::decode(std::uint64_t code) const {
  Unrounded value = element().decode(code);
  if (value.kind != Kind::Finite) return value;
  // The factors have at most 8 and 4 bits.
  const int zeros = std::countr_zero(value.significand);
  return exactNumber(value.negative, (value.significand >> zeros) * m_scaleInteger,
                     value.exponent + zeros + m_scaleExponent);
}

Unrounded ScaledFormat::inElements(const Unrounded& number) const {
  Unrounded quotient = number;
  if (number.kind != Kind::Finite) return quotient;
  // floor((significand + what is sticky) / integer) = floor(significand / integer): the sticky part is below 1. An
  // integer of 4 bits leaves 60; the zeros shifted in stand for bits that the sticky bit speaks for.
  const std::uint64_t whole = number.significand / m_scaleInteger;
  const int shift = std::countl_zero(whole);
  quotient.significand = whole << shift;
  quotient.exponent = number.exponent - m_scaleExponent - shift;
  quotient.sticky = number.sticky || number.significand % m_scaleInteger != 0;
  return quotient;
}

Encoded ScaledFormat::encode(const Unrounded& number, const RoundingChoice& rounding, Overflow overflow) const {
  return element().encode(inElements(number), rounding, elementOverflow(overflow));
}

Result<std::shared_ptr<const ScaledFormat>> scaledElements(const BlockFormat& block, std::string_view scale) {
  const auto parsed = parseScale(scale);
  const bool isPositive = parsed && parsed->kind == Kind::Finite && !parsed->decimal.negative;
  if (!isPositive) return fail(Errc::Usage, R"(a positive scale such as "0.5" or "2^-3" expected)", std::string(scale));
  const NumberFormat& format = *block.scale;
  const Encoded encoded = format.encode(unrounded(*parsed), Rounding::NearestEven, Overflow::Saturate);
  if (format.classify(encoded.code) == NumberClass::Zero)
    return fail(Errc::Usage, fmt::format("a scale that {} does not round to zero expected", format.info().title),
                std::string(scale));
  const std::string stored =
      fmt::format("`{}` (code `{}`)", readableText(format, encoded.code), codeText(format, encoded.code));
  std::string text = encoded.exact
                         ? fmt::format("The scale is {} in {}.", stored, format.info().title)
                         : fmt::format("{} has no `{}`; the nearest scale is {}.", format.info().title, scale, stored);
  return std::make_shared<const ScaledFormat>(block, encoded.code, std::move(text));
}

}  // namespace ulpscope
