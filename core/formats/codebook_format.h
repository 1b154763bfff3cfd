// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/formats/number_format.h"

namespace ulpscope {

/// A table of values and the thresholds at which the nearest of them changes. The thresholds are data because libraries
/// form the midpoints in float32, which rounds some of them, or write constants of fewer digits.
struct Codebook {
  /// Where a number at a threshold goes.
  enum class Tie : std::uint8_t { LowerValue, UpperValue, SmallerMagnitude, EvenCode };

  std::span<const float> values;      ///< by code, in any order; 2^n of them, distinct but for zeros of both signs
  std::span<const float> thresholds;  ///< rising; thresholds[i] parts the i-th smallest value from the one above it
  Tie tie;
  std::string (*derivation)(std::uint64_t code);  ///< where the value of `code` comes from, in a sentence or two
};

/// The midpoints of neighbours as float arithmetic gives them. Precondition: `rising` is.
template <std::size_t kCount>
constexpr std::array<float, kCount - 1> floatMidpoints(const std::array<float, kCount>& rising) {
  std::array<float, kCount - 1> midpoints{};
  for (std::size_t i = 0; i < midpoints.size(); ++i) midpoints[i] = (rising[i] + rising[i + 1]) / 2;
  return midpoints;
}

/// Codes that stand for the values of a table.
///
/// Both nearest modes follow the book's thresholds and tie side, since its codes have no even and odd significands. The
/// directed modes take the neighbour on their side, TowardZero the one of smaller magnitude, ToOdd the one of odd code.
/// Numbers beyond the ends, infinity included, take the end under every Overflow, as there is neither infinity nor NaN;
/// NaN takes the code that zero has. Where there is a negative zero, negative numbers that become zero take it.
class CodebookFormat final : public NumberFormat {
 public:
  CodebookFormat(FormatInfo info, const Codebook& book);

  const Codebook& book() const { return m_book; }
  /// How many values are smaller than that of `code`; the two zeros are one value.
  std::size_t rankOf(std::uint64_t code) const { return m_ranks[code]; }

  const FormatInfo& info() const override { return m_info; }
  Unrounded decode(std::uint64_t code) const override;
  NumberClass classify(std::uint64_t code) const override;
  Encoded encode(const Unrounded& number, const RoundingChoice& rounding, Overflow overflow) const override;
  std::vector<BitField> fields(std::uint64_t code) const override;
  std::optional<std::uint64_t> nextUp(std::uint64_t code) const override;
  std::optional<std::uint64_t> nextDown(std::uint64_t code) const override;

 private:
  float valueAt(std::size_t rank) const { return m_book.values[m_rising[rank]]; }
  /// Whether a number between the values of `lower` and of the rank above goes there.
  bool goesUp(std::size_t lower, const Unrounded& number, const RoundingChoice& rounding) const;

  FormatInfo m_info;
  Codebook m_book;
  std::vector<std::uint64_t> m_rising;  ///< the codes of the distinct values; of the zeros the positive one
  std::vector<std::size_t> m_ranks;     ///< by code
  std::optional<std::uint64_t> m_negativeZero;
};

}  // namespace ulpscope
