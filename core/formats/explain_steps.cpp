// SPDX-License-Identifier: Apache-2.0
#include "core/formats/explain_steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "core/formats/value_text.h"

namespace ulpscope {

std::string roundingRule(const RoundingChoice& rounding, Dropped dropped, bool negative) {
  if (dropped == Dropped::Nothing) return kExactRule;
  const bool nearest = rounding.mode == Rounding::NearestEven || rounding.mode == Rounding::NearestAway;
  if (nearest && dropped == Dropped::LessThanHalf)
    return "To nearest: less than half of the last place is dropped, so it is cut off.";
  if (nearest && dropped == Dropped::MoreThanHalf)
    return "To nearest: more than half of the last place is dropped, so the magnitude goes up by one place.";
  const char* sign = negative ? "negative" : "positive";
  const auto directed = [&](const char* direction, bool up) {
    return fmt::format("Toward {} infinity: the number is {}, so what is dropped {}.", direction, sign,
                       up ? "raises the magnitude by one place" : "is cut off");
  };
  switch (rounding.mode) {
    case Rounding::NearestEven:
      return "To nearest, ties to even: exactly half of the last place is dropped, so the value whose last bit is 0 is "
             "taken.";
    case Rounding::NearestAway:
      return "To nearest, ties away from zero: exactly half of the last place is dropped, so the magnitude goes up by "
             "one place.";
    case Rounding::TowardZero:
      return "Toward zero: what is dropped is cut off.";
    case Rounding::TowardPositive:
      return directed("positive", !negative);
    case Rounding::TowardNegative:
      return directed("negative", negative);
    case Rounding::Stochastic:
      return fmt::format(
          "Stochastic: the magnitude goes up by one place if the dropped share exceeds the draw, ({} + ½) / 2{}.",
          rounding.random.value, superscript(rounding.random.count));
    case Rounding::ToOdd:
      break;
  }
  return "To odd: something is dropped, so the value whose last bit is 1 is taken.";
}

std::string signText(bool negative, bool stored) {
  if (!stored) return negative ? "The number is negative; the format has no sign bit." : "The format has no sign bit.";
  return negative ? "The number is negative: sign bit `1`." : "The number is not negative: sign bit `0`.";
}

std::string codeStepText(const NumberFormat& format, const EncodingCase& encoding) {
  const std::uint64_t code = encoding.outcome.code;
  std::string text = fmt::format("`{}` = `{}`", bitsText(format, code), codeText(format, code));
  const NumberClass stored = format.classify(code);
  if (stored == NumberClass::Nan || stored == NumberClass::Infinity) return text + ".";
  if (encoding.outcome.exact) return text + ", exactly the number given.";
  return text + fmt::format(", which stands for {}.", quoted(exactText(format, code)));
}

std::string quoted(std::string number) {
  constexpr std::size_t kMost = 60;
  const std::size_t exponent = std::min(number.find('e'), number.size());
  if (exponent > kMost) number.replace(kMost, exponent - kMost, "…");
  return "`" + number + "`";
}

std::string superscript(int value) {
  static constexpr std::array<std::string_view, 10> kDigits{"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text;
  for (const char c : std::to_string(value)) text += c == '-' ? "⁻" : kDigits[static_cast<std::size_t>(c - '0')];
  return text;
}

}  // namespace ulpscope
