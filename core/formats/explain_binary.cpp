// SPDX-License-Identifier: Apache-2.0
#include "core/formats/explain_binary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "core/formats/codec.h"
#include "core/formats/explain_steps.h"

namespace ulpscope {
namespace {

bool canBeWrittenOut(const BinaryDigits& binary) {
  const bool integerIsCut = binary.cut && static_cast<int>(binary.digits.size()) <= binary.leading + 1;
  return binary.leading <= kMostPlaces && binary.leading >= -kMostPlaces && !integerIsCut;
}

}  // namespace

BinaryDigits binaryDigits(const Unrounded& number, int most) {
  std::string digits = fmt::format("{:064b}", number.significand);
  digits.resize(digits.find_last_not_of('0') + 1);
  const bool cut = number.sticky || digits.size() > static_cast<std::size_t>(most);
  digits.resize(std::min(digits.size(), static_cast<std::size_t>(most)));
  return {std::move(digits), cut, number.exponent + 63};
}

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

std::string fieldBits(std::uint64_t value, int bits) {
  return bits == 0 ? "" : fmt::format("{:0{}b}", value & lowMask(bits), bits);
}

}  // namespace ulpscope
