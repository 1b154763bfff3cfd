// SPDX-License-Identifier: Apache-2.0
#include "core/formats/binary_cut.h"

namespace ulpscope {
namespace {

using Kind = Unrounded::Kind;

}  // namespace

std::optional<int> lastPlaceAt(const NumberFormat& format, const ExactNumber& number) {
  const std::uint64_t code = format.encode(number.unrounded(), Rounding::TowardZero, Overflow::Saturate).code;
  const Unrounded inner = format.decode(code);
  if (inner.kind != Kind::Zero && inner.kind != Kind::Finite) return std::nullopt;
  const auto next = number.negative() ? format.nextDown(code) : format.nextUp(code);
  std::optional<ExactNumber> step;
  if (next && format.decode(*next).kind == Kind::Finite) {
    const ExactNumber outer(format.decode(*next));
    step = inner.kind == Kind::Zero ? outer : outer + -ExactNumber(inner);
  } else {
    step = ulpOf(format, code);
  }
  if (!step || step->approximate() || step->trailing() != step->leading()) return std::nullopt;
  const bool onGrid = inner.kind == Kind::Zero || ExactNumber(inner).trailing() >= step->leading();
  return onGrid ? std::optional(step->leading()) : std::nullopt;
}

BinaryCut cutAt(const ExactNumber& number, int lastPlace) {
  auto [digits, cut] = number.digits(lastPlace - 2);
  if (digits.size() < 3) digits.insert(0, 3 - digits.size(), '0');
  const std::size_t kept = digits.size() - 2;
  return {.kept = digits.substr(0, kept), .guard = digits[kept], .round = digits[kept + 1], .sticky = cut};
}

std::string pointed(std::string bits) {
  if (bits.size() > 1) bits.insert(1, ".");
  return bits;
}

std::strong_ordering compareWithMiddle(const ExactNumber& number, const Unrounded& below, const Unrounded& above) {
  std::optional<ExactNumber> twiceTheDistance = number * ExactNumber(exactNumber(false, 2, 0));
  for (const Unrounded& value : {below, above}) {
    if (value.kind != Kind::Finite) continue;
    const ExactNumber subtrahend = -ExactNumber(value);
    twiceTheDistance = twiceTheDistance ? *twiceTheDistance + subtrahend : subtrahend;
  }
  if (!twiceTheDistance) return std::strong_ordering::equal;
  return twiceTheDistance->negative() ? std::strong_ordering::less : std::strong_ordering::greater;
}

}  // namespace ulpscope
