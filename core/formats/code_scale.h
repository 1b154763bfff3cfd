// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>

#include "core/formats/number_format.h"
#include "core/formats/value_order.h"

namespace ulpscope {

/// The codes of any format from the lowest value to the highest, as the places of a slider. Up to kEnumerableBits bits
/// every code has a place; a wider format has 65,536 places, evenly spread over its codes.
///
/// Wider formats are binary floats (ordered by sign and magnitude; bits of padding are left out) or tapered ones, whose
/// values rise with the code read as two's complement, above a NaN at the lowest.
class CodeScale {
 public:
  explicit CodeScale(const NumberFormat& format);
  CodeScale(CodeScale&&) = default;
  CodeScale& operator=(CodeScale&&) = default;
  ~CodeScale() = default;

  int places() const;
  /// Precondition: 0 <= place < places().
  std::uint64_t codeAt(int place) const;
  /// The place of `code`, or the nearest to it; nullopt for NaN.
  std::optional<int> placeOf(std::uint64_t code) const;

  std::uint64_t lowest() const { return codeAt(0); }
  std::uint64_t highest() const { return codeAt(places() - 1); }
  /// How many codes stand for numbers, infinities included, and how many of them come after `code`, which is not NaN.
  std::uint64_t numbers() const;
  std::uint64_t above(std::uint64_t code) const;
  std::uint64_t nanCodes() const { return m_nanCodes; }

 private:
  std::uint64_t rankOf(std::uint64_t code) const;
  std::uint64_t codeOfRank(std::uint64_t rank) const;

  const NumberFormat* m_format;
  std::optional<ValueOrder> m_order;     ///< of a format that can be enumerated
  std::uint64_t m_largest = 0;           ///< magnitude, of a wider float: infinity, or the largest finite one
  std::uint64_t m_smallestNegative = 0;  ///< magnitude, of a wider float: 0 with a negative zero, else 1
  std::uint64_t m_numbers = 0;
  std::uint64_t m_nanCodes = 0;
};

}  // namespace ulpscope
