// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/formats/number_format.h"
#include "core/formats/tapered_code.h"

namespace ulpscope {

/// Posits and takums: more bits for the exponent and fewer for the fraction, the farther a value is from 1. Codes read
/// as two's complement integers rise with their values; 10...0 is the one NaN (NaR, "not a real"), 0 the one zero, and
/// the code of -x is the two's complement of that of x. There is no infinity and no subnormal value.
///
/// Both nearest modes are the one rounding of the Posit Standard (2022), 4.1, which the takums share: what decides
/// between two neighbours is the value of the lower one's code with a 1 appended, not their arithmetic mean. There
/// NearestEven takes the even code and NearestAway the one farther from zero. Both take no number but zero itself to
/// zero. The other modes are as everywhere: ToOdd takes the odd code, Stochastic the share between the two values.
///
/// Numbers beyond the ends take the end, unless Overflow::Nan asks for NaR and the mode goes outward; infinity becomes
/// NaR unless it is to saturate.
class TaperedFormat final : public NumberFormat {
 public:
  /// Precondition: kNarrowest <= bits <= kWidest.
  TaperedFormat(FormatInfo info, Taper taper, int bits);

  static constexpr int kNarrowest = 3, kWidest = 32;

  Taper taper() const { return m_taper; }
  std::uint64_t nanCode() const { return std::uint64_t{1} << (m_info.codeBits - 1); }
  std::uint64_t largestCode() const { return nanCode() - 1; }
  std::uint64_t negated(std::uint64_t code) const;
  /// The code of |value|. Precondition: not NaN.
  std::uint64_t magnitudeOf(std::uint64_t code) const;

  const FormatInfo& info() const override { return m_info; }
  Unrounded decode(std::uint64_t code) const override;
  NumberClass classify(std::uint64_t code) const override;
  Encoded encode(const Unrounded& number, const RoundingChoice& rounding, Overflow overflow) const override;
  std::vector<BitField> fields(std::uint64_t code) const override;
  std::optional<std::uint64_t> nextUp(std::uint64_t code) const override;
  std::optional<std::uint64_t> nextDown(std::uint64_t code) const override;

 private:
  bool isNegative(std::uint64_t code) const { return (code & nanCode()) != 0; }
  Encoded encodeBeyondLargest(const Unrounded& number, const RoundingChoice& rounding, Overflow overflow) const;
  Encoded encodeFinite(const Unrounded& number, const RoundingChoice& rounding, Overflow overflow) const;

  FormatInfo m_info;
  Taper m_taper;
};

}  // namespace ulpscope
