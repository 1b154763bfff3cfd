// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/formats/number_format.h"

namespace ulpscope {

/// Two's complement integers of `bits` bits, 2 to 62. Numbers between integers are rounded as the mode says; numbers
/// out of range, infinity included, take the nearest end under every Overflow, as there is neither infinity nor NaN.
/// There is one zero.
class IntegerFormat final : public NumberFormat {
 public:
  IntegerFormat(FormatInfo info, int bits);

  std::int64_t smallest() const { return -(std::int64_t{1} << (m_info.codeBits - 1)); }
  std::int64_t largest() const { return (std::int64_t{1} << (m_info.codeBits - 1)) - 1; }
  std::int64_t toInteger(std::uint64_t code) const;
  std::uint64_t toCode(std::int64_t value) const;  ///< precondition: smallest() <= value <= largest()

  const FormatInfo& info() const override { return m_info; }
  Unrounded decode(std::uint64_t code) const override;
  NumberClass classify(std::uint64_t code) const override;
  Encoded encode(const Unrounded& number, Rounding rounding, Overflow overflow) const override;
  std::vector<BitField> fields() const override;
  std::optional<std::uint64_t> nextUp(std::uint64_t code) const override;
  std::optional<std::uint64_t> nextDown(std::uint64_t code) const override;

 private:
  FormatInfo m_info;
};

}  // namespace ulpscope
