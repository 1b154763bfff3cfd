// SPDX-License-Identifier: Apache-2.0
#include "core/formats/codebook_format.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
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

}  // namespace

CodebookFormat::CodebookFormat(FormatInfo info, const Codebook& book)
    : m_info(std::move(info)), m_book(book), m_ranks(book.values.size()) {
  m_info.codeBits = static_cast<int>(std::bit_width(book.values.size() - 1));
  for (std::uint64_t code = 0; code < book.values.size(); ++code) {
    if (book.values[code] == 0 && std::signbit(book.values[code]))
      m_negativeZero = code;
    else
      m_rising.push_back(code);
  }
  std::ranges::sort(m_rising, {}, [&](std::uint64_t code) { return book.values[code]; });
  for (std::size_t rank = 0; rank < m_rising.size(); ++rank) m_ranks[m_rising[rank]] = rank;
  if (m_negativeZero) {
    const auto zero = std::ranges::find(m_rising, 0.0F, [&](std::uint64_t code) { return book.values[code]; });
    assert(zero != m_rising.end());
    m_ranks[*m_negativeZero] = m_ranks[*zero];
  }
  assert(book.thresholds.size() + 1 == m_rising.size());
}

Unrounded CodebookFormat::decode(std::uint64_t code) const { return unrounded(m_book.values[code]); }

NumberClass CodebookFormat::classify(std::uint64_t code) const {
  return m_book.values[code] == 0 ? NumberClass::Zero : NumberClass::Normal;
}

bool CodebookFormat::goesUp(std::size_t lower, const Unrounded& number, const RoundingChoice& rounding) const {
  const bool upperIsSmaller = std::fabs(valueAt(lower + 1)) < std::fabs(valueAt(lower));
  switch (rounding.mode) {
    case Rounding::NearestEven:
    case Rounding::NearestAway: {
      const auto order = compare(number, m_book.thresholds[lower]);
      if (order != 0) return order > 0;
      switch (m_book.tie) {
        case Codebook::Tie::LowerValue:
          return false;
        case Codebook::Tie::UpperValue:
          return true;
        case Codebook::Tie::SmallerMagnitude:
          return upperIsSmaller;
        case Codebook::Tie::EvenCode:
          return m_rising[lower + 1] % 2 == 0;
      }
      return false;
    }
    case Rounding::TowardZero:
      return upperIsSmaller;
    case Rounding::TowardPositive:
      return true;
    case Rounding::TowardNegative:
      return false;
    case Rounding::ToOdd:
      return m_rising[lower] % 2 == 0;
    case Rounding::Stochastic:
      return drawnTo(number, unrounded(valueAt(lower)), unrounded(valueAt(lower + 1)), rounding.random);
  }
  return false;
}

Encoded CodebookFormat::encode(const Unrounded& number, const RoundingChoice& rounding, Overflow overflow) const {
  if (number.kind == Kind::Nan)
    return {.code = encode({}, Rounding::NearestEven, overflow).code, .exact = false, .lostNan = true};
  const std::size_t last = m_rising.size() - 1;
  if (compare(number, valueAt(0)) < 0) return {.code = m_rising[0], .exact = false, .overflowed = true};
  if (compare(number, valueAt(last)) > 0) return {.code = m_rising[last], .exact = false, .overflowed = true};

  std::size_t rank = 0;  // of the last value that is not above the number
  while (rank < last && compare(number, valueAt(rank + 1)) >= 0) ++rank;
  const bool exact = compare(number, valueAt(rank)) == 0;
  if (!exact && goesUp(rank, number, rounding)) ++rank;
  const bool isZero = valueAt(rank) == 0;
  return {.code = isZero && number.negative && m_negativeZero ? *m_negativeZero : m_rising[rank],
          .exact = exact,
          .underflowed = isZero && !exact};
}

std::vector<BitField> CodebookFormat::fields(std::uint64_t) const {
  return {{FieldKind::Index, m_info.codeBits - 1, m_info.codeBits}};
}

std::optional<std::uint64_t> CodebookFormat::nextUp(std::uint64_t code) const {
  const std::size_t rank = m_ranks[code];
  if (rank + 1 >= m_rising.size()) return std::nullopt;
  return m_rising[rank + 1];
}

std::optional<std::uint64_t> CodebookFormat::nextDown(std::uint64_t code) const {
  const std::size_t rank = m_ranks[code];
  if (rank == 0) return std::nullopt;
  return m_rising[rank - 1];
}

}  // namespace ulpscope
