// SPDX-License-Identifier: Apache-2.0
#include "core/formats/field_edit.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/formats/anatomy.h"
#include "core/formats/codec.h"
#include "core/formats/exact_decimal.h"

namespace ulpscope {
namespace {

std::uint64_t maskOf(const BitField& field) { return lowMask(field.bits) << (field.highestBit - field.bits + 1); }

std::uint64_t replaced(std::uint64_t code, const BitField& field, std::uint64_t bits) {
  return (code & ~maskOf(field)) | bits << (field.highestBit - field.bits + 1);
}

const BitField* fieldOf(const std::vector<BitField>& fields, FieldKind kind) {
  const auto found = std::ranges::find(fields, kind, &BitField::kind);
  return found == fields.end() ? nullptr : &*found;
}

/// All of `text` as an integer in that base.
template <class Integer>
std::optional<Integer> integerIn(std::string_view text, int base) {
  Integer value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> unsignedNumber(std::string_view text) {
  if (text.starts_with("0x") || text.starts_with("0X")) return integerIn<std::uint64_t>(text.substr(2), 16);
  if (text.starts_with("0b") || text.starts_with("0B")) return integerIn<std::uint64_t>(text.substr(2), 2);
  return integerIn<std::uint64_t>(text, 10);
}

/// The largest stored exponent with a finite value.
int largestField(const FloatSpec& spec) { return static_cast<int>(largestFiniteMagnitude(spec) >> spec.fractionBits); }

/// `number` in units of 2^-fractionBits, to nearest even. Precondition: 0 <= number < 2.
std::uint64_t scaled(const Unrounded& number, int fractionBits) {
  if (number.kind == Unrounded::Kind::Zero) return 0;
  const int dropped = -(number.exponent + fractionBits);  // at least 11: bit 63 weighs less than 2, of at most 52 bits
  if (dropped > 64) return 0;
  const std::uint64_t kept = dropped == 64 ? 0 : number.significand >> dropped;
  const std::uint64_t rest = number.significand & lowMask(dropped);
  const std::uint64_t half = std::uint64_t{1} << (dropped - 1);
  const bool up = rest > half || (rest == half && (number.sticky || (kept & 1) != 0));
  return kept + (up ? 1 : 0);
}

}  // namespace

Result<std::uint64_t> withField(std::uint64_t code, const BitField& field, std::string_view number) {
  const auto bits = unsignedNumber(number);
  if (!bits || *bits > lowMask(field.bits))
    return fail(Errc::Usage, fmt::format("a whole number from 0 to {} expected", lowMask(field.bits)),
                std::string(number));
  return replaced(code, field, *bits);
}

Result<std::uint64_t> withExponent(const NumberFormat& format, std::uint64_t code, std::string_view number) {
  const FloatSpec& spec = *format.floatSpec();
  const int smallest = spec.smallestExponent();
  const int largest = largestField(spec) - spec.bias;
  const auto exponent = integerIn<int>(number.starts_with('+') ? number.substr(1) : number, 10);
  if (!exponent || *exponent < smallest || *exponent > largest)
    return fail(Errc::Usage, fmt::format("a whole number from {} to {} expected", smallest, largest),
                std::string(number));
  if (std::get<FloatAnatomy>(anatomyOf(format, code)).exponent == *exponent) return code;
  const auto fields = format.fields(code);
  return replaced(code, *fieldOf(fields, FieldKind::Exponent), static_cast<std::uint64_t>(*exponent + spec.bias));
}

Result<std::uint64_t> withSignificand(const NumberFormat& format, std::uint64_t code, std::string_view number) {
  const FloatSpec& spec = *format.floatSpec();
  const auto stored = static_cast<int>(std::get<FloatAnatomy>(anatomyOf(format, code)).storedExponent);
  const int hidden = stored >= spec.firstNormalField() ? 1 : 0;
  const auto parsed = parseNumber(number);
  if (!parsed) return tl::unexpected(parsed.error());
  const Unrounded significand = unrounded(*parsed);
  const bool finite = significand.kind == Unrounded::Kind::Finite;
  const int whole = finite ? 63 + significand.exponent : -1;  // the exponent of its leading bit
  const bool fits = (finite || significand.kind == Unrounded::Kind::Zero) && !significand.negative &&
                    (hidden != 0 ? finite && whole == 0 : whole < 0);
  if (!fits)
    return fail(Errc::Usage,
                hidden != 0 ? "a significand from 1 to below 2 expected, for the hidden bit is 1"
                            : "a significand from 0 to below 1 expected, for a subnormal value has no hidden bit",
                std::string(number));
  if (spec.fractionBits == 0) return code;
  const std::uint64_t hiddenBit = static_cast<std::uint64_t>(hidden) << spec.fractionBits;
  const std::uint64_t fraction =
      std::min(scaled(significand, spec.fractionBits) - hiddenBit, lowMask(spec.fractionBits));
  const auto fields = format.fields(code);
  return replaced(code, *fieldOf(fields, FieldKind::Fraction), fraction);
}

}  // namespace ulpscope
