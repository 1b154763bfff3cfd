// SPDX-License-Identifier: Apache-2.0
#include "core/formats/codebook_format.h"

#include <algorithm>
#include <bit>
#include <compare>
#include <utility>

#include "core/formats/share.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

using Kind = Unrounded::Kind;

/// Of magnitudes; `b` is not sticky. Both are normalized, so the exponent decides first.
std::strong_ordering compareMagnitudes(const Unrounded& a, const Unrounded& b) {
  const auto rank = [](Kind kind) { return kind == Kind::Zero ? 0 : kind == Kind::Finite ? 1 : 2; };
  if (const auto order = rank(a.kind) <=> rank(b.kind); order != 0) return order;
  if (a.kind != Kind::Finite) return std::strong_ordering::equal;
  if (const auto order = a.exponent <=> b.exponent; order != 0) return order;
  if (const auto order = a.significand <=> b.significand; order != 0) return order;
  return a.sticky ? std::strong_ordering::greater : std::strong_ordering::equal;
}

/// Precondition: `a` is not NaN.
std::strong_ordering compare(const Unrounded& a, float b) {
  const Unrounded other = unrounded(b);
  const int signA = a.kind == Kind::Zero ? 0 : a.negative ? -1 : 1;
  const int signB = other.kind == Kind::Zero ? 0 : other.negative ? -1 : 1;
  if (signA != signB) return signA <=> signB;
  return signA < 0 ? 0 <=> compareMagnitudes(a, other) : compareMagnitudes(a, other);
}

/// Of a number between values[lower] and values[lower + 1].
bool goesUp(const Codebook& book, std::size_t lower, const Unrounded& number, const RoundingChoice& rounding) {
  switch (rounding.mode) {
    case Rounding::NearestEven:
    case Rounding::NearestAway: {
      const auto order = compare(number, book.thresholds[lower]);
      return order > 0 || (order == 0 && book.tie == Codebook::Tie::UpperCode);
    }
    case Rounding::TowardZero:
      return number.negative;
    case Rounding::TowardPositive:
      return true;
    case Rounding::TowardNegative:
      return false;
    case Rounding::ToOdd:
      return lower % 2 == 0;
    case Rounding::Stochastic:
      return drawnTo(number, unrounded(book.values[lower]), unrounded(book.values[lower + 1]), rounding.random);
  }
  return false;
}

}  // namespace

CodebookFormat::CodebookFormat(FormatInfo info, const Codebook& book) : m_info(std::move(info)), m_book(book) {
  m_info.codeBits = static_cast<int>(std::bit_width(book.values.size() - 1));
}

Unrounded CodebookFormat::decode(std::uint64_t code) const { return unrounded(m_book.values[code]); }

NumberClass CodebookFormat::classify(std::uint64_t code) const {
  return m_book.values[code] == 0 ? NumberClass::Zero : NumberClass::Normal;
}

Encoded CodebookFormat::encode(const Unrounded& number, const RoundingChoice& rounding, Overflow) const {
  const auto values = m_book.values;
  if (number.kind == Kind::Nan) {
    const auto zero = std::ranges::find(values, 0.0F);
    return {.code = zero == values.end() ? 0 : static_cast<std::uint64_t>(zero - values.begin()),
            .exact = false,
            .lostNan = true};
  }
  const std::size_t last = values.size() - 1;
  if (compare(number, values[0]) < 0) return {.code = 0, .exact = false, .overflowed = true};
  if (compare(number, values[last]) > 0) return {.code = last, .exact = false, .overflowed = true};

  std::size_t lower = 0;  // the last value that is not above the number
  while (lower < last && compare(number, values[lower + 1]) >= 0) ++lower;
  if (compare(number, values[lower]) == 0) return {.code = lower};
  const bool up = goesUp(m_book, lower, number, rounding);
  const std::size_t code = lower + (up ? 1 : 0);
  return {.code = code, .exact = false, .underflowed = values[code] == 0};
}

std::vector<BitField> CodebookFormat::fields() const {
  return {{FieldKind::Index, m_info.codeBits - 1, m_info.codeBits}};
}

std::optional<std::uint64_t> CodebookFormat::nextUp(std::uint64_t code) const {
  if (code + 1 >= m_book.values.size()) return std::nullopt;
  return code + 1;
}

std::optional<std::uint64_t> CodebookFormat::nextDown(std::uint64_t code) const {
  if (code == 0) return std::nullopt;
  return code - 1;
}

}  // namespace ulpscope
