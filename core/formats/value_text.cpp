// SPDX-License-Identifier: Apache-2.0
#include "core/formats/value_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>

#include "core/base/text.h"
#include "core/formats/codec.h"
#include "core/formats/exact_decimal.h"

namespace ulpscope {
namespace {

using Kind = Unrounded::Kind;

/// "inf", "-inf", "nan"; empty for numbers.
std::string specialText(const Unrounded& number) {
  if (number.kind == Kind::Nan) return "nan";
  if (number.kind == Kind::Infinity) return number.negative ? "-inf" : "inf";
  return {};
}

/// Plain or scientific, whichever is shorter, plain where equal: what std::to_chars does.
std::string compactText(const ExactDecimal& value) {
  std::string plain = toPlainString(value);
  std::string scientific = toScientificString(value);
  return scientific.size() < plain.size() ? scientific : plain;
}

/// The first `count` digits as they are, and the same raised by one in the last place; the nearer one first.
std::array<ExactDecimal, 2> cutToDigits(const ExactDecimal& value, std::size_t count) {
  const int dropped = static_cast<int>(value.digits.size() - count);
  const ExactDecimal below{value.negative, value.digits.substr(0, count), value.exponent10 + dropped};
  ExactDecimal above = below;
  std::size_t nines = 0;
  while (nines < count && above.digits[count - 1 - nines] == '9') ++nines;
  above.digits.resize(count - nines);
  above.exponent10 += static_cast<int>(nines);
  if (above.digits.empty())
    above.digits = "1";
  else
    ++above.digits.back();
  const bool raise = value.digits[count] >= '5';
  return raise ? std::array{above, below} : std::array{below, above};
}

std::string shortestFloatText(const NumberFormat& format, std::uint64_t code, const Unrounded& number) {
  const ExactDecimal exact = exactDecimal(number);
  for (std::size_t count = 1; count < exact.digits.size(); ++count)
    for (const ExactDecimal& candidate : cutToDigits(exact, count)) {
      const Encoded encoded =
          format.encode(unrounded({Kind::Finite, candidate}), Rounding::NearestEven, Overflow::Format);
      if (encoded.code == code && !encoded.overflowed) return compactText(candidate);
    }
  return compactText(exact);
}

}  // namespace

std::string cutText(ExactDecimal decimal, std::size_t digits) {
  const std::size_t dropped = decimal.digits.size() - std::min(decimal.digits.size(), digits);
  decimal.digits.resize(decimal.digits.size() - dropped);
  decimal.exponent10 += static_cast<int>(dropped);
  std::string text = decimal.exponent10 > 0 ? toScientificString(decimal) : toString(decimal);
  return text.insert(std::min(text.find('e'), text.size()), "…");
}

std::string exactText(const NumberFormat& format, std::uint64_t code) {
  const Unrounded number = format.decode(code);
  if (std::string special = specialText(number); !special.empty()) return special;
  // 64 bits are worth 19 digits; bits behind them could raise the last of 18 by one at most.
  constexpr std::size_t kKnownDigits = 18;
  return number.sticky ? cutText(exactDecimal(number), kKnownDigits) : toString(exactDecimal(number));
}

std::string shortestText(const NumberFormat& format, std::uint64_t code) {
  const Unrounded number = format.decode(code);
  if (std::string special = specialText(number); !special.empty()) return special;
  if (number.kind == Kind::Zero) return number.negative ? "-0" : "0";
  const FloatSpec* spec = format.floatSpec();
  const bool roundsByItself = spec != nullptr || format.info().family == FormatFamily::Tapered;
  if (!roundsByItself || (spec && *spec == kFloat32Spec)) return shortest(static_cast<float>(toDouble(number)));
  if (spec && *spec == kFloat64Spec) return shortest(toDouble(number));
  return shortestFloatText(format, code, number);
}

std::string readableText(const NumberFormat& format, std::uint64_t code) {
  constexpr std::size_t kMostDigits = 17;  // no shortest text of a double is longer
  const Unrounded number = format.decode(code);
  if (number.kind != Kind::Finite) return exactText(format, code);
  if (number.sticky) return shortestText(format, code);
  const ExactDecimal exact = exactDecimal(number);
  return exact.digits.size() <= kMostDigits ? compactText(exact) : shortestText(format, code);
}

std::string hexFloatText(const NumberFormat& format, std::uint64_t code) {
  const Unrounded number = format.decode(code);
  if (std::string special = specialText(number); !special.empty()) return special;
  const char* sign = number.negative ? "-" : "";
  if (number.kind == Kind::Zero) return fmt::format("{}0x0p+0", sign);
  std::string fraction = fmt::format("{:016x}", number.significand << 1);
  fraction.resize(fraction.find_last_not_of('0') + 1);
  return fmt::format("{}0x1{}{}{}p{:+}", sign, fraction.empty() ? "" : ".", fraction, number.sticky ? "…" : "",
                     number.exponent + 63);
}

std::string codeText(const NumberFormat& format, std::uint64_t code) {
  return fmt::format("0x{:0{}X}", code, (format.info().codeBits + 3) / 4);
}

std::string bitsText(const NumberFormat& format, std::uint64_t code) {
  std::string text;
  for (const BitField& field : format.fields(code)) {
    if (!text.empty()) text += ' ';
    const std::uint64_t bits = code >> (field.highestBit + 1 - field.bits) & lowMask(field.bits);
    text += fmt::format("{:0{}b}", bits, field.bits);
  }
  return text;
}

double toDouble(const Unrounded& number) {
  return std::bit_cast<double>(encodeFloat(kFloat64Spec, number, Rounding::NearestEven, Overflow::Format).code);
}

Unrounded unrounded(double value) { return decodeFloat(kFloat64Spec, std::bit_cast<std::uint64_t>(value)); }
Unrounded unrounded(float value) { return decodeFloat(kFloat32Spec, std::bit_cast<std::uint32_t>(value)); }

}  // namespace ulpscope
