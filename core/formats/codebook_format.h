// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>

#include "core/formats/number_format.h"

namespace ulpscope {

/// A table of values, rising with the code, and the thresholds at which the nearest code changes. The thresholds are
/// data because libraries form the midpoints in float32, which rounds some of them.
struct Codebook {
  enum class Tie : std::uint8_t { LowerCode, UpperCode };

  std::span<const float> values;      ///< strictly rising; 2^n of them; one is zero at most
  std::span<const float> thresholds;  ///< thresholds[i] parts values[i] from values[i + 1]
  Tie tie;                            ///< where a number at a threshold goes
};

/// Codes that stand for the values of a table.
///
/// Both nearest modes follow the book's thresholds and tie side, since its codes have no even and odd significands. The
/// directed modes take the neighbour on their side, ToOdd the neighbour of odd code. Numbers beyond the ends, infinity
/// included, take the end under every Overflow, as there is neither infinity nor NaN. There is one zero at most.
class CodebookFormat final : public NumberFormat {
 public:
  CodebookFormat(FormatInfo info, const Codebook& book);

  const Codebook& book() const { return m_book; }

  const FormatInfo& info() const override { return m_info; }
  Unrounded decode(std::uint64_t code) const override;
  NumberClass classify(std::uint64_t code) const override;
  Encoded encode(const Unrounded& number, const RoundingChoice& rounding, Overflow overflow) const override;
  std::vector<BitField> fields() const override;
  std::optional<std::uint64_t> nextUp(std::uint64_t code) const override;
  std::optional<std::uint64_t> nextDown(std::uint64_t code) const override;

 private:
  FormatInfo m_info;
  Codebook m_book;
};

}  // namespace ulpscope
