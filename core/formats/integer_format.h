// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/formats/number_format.h"

namespace ulpscope {

/// Integers of 1 to 62 bits: two's complement, or unsigned. Numbers between integers are rounded as the mode says;
/// numbers out of range, infinity included, take the nearest end under every Overflow, as there is neither infinity nor
/// NaN. There is one zero.
class IntegerFormat final : public NumberFormat {
 public:
  enum class Kind : std::uint8_t { TwosComplement, Unsigned };

  IntegerFormat(FormatInfo info, int bits, Kind kind);

  bool isSigned() const { return m_kind == Kind::TwosComplement; }
  std::int64_t smallest() const { return isSigned() ? -(std::int64_t{1} << (m_info.codeBits - 1)) : 0; }
  std::int64_t largest() const { return (std::int64_t{1} << (m_info.codeBits - (isSigned() ? 1 : 0))) - 1; }
  std::int64_t toInteger(std::uint64_t code) const;
  std::uint64_t toCode(std::int64_t value) const;  ///< precondition: smallest() <= value <= largest()

  const FormatInfo& info() const override { return m_info; }
  Unrounded decode(std::uint64_t code) const override;
  NumberClass classify(std::uint64_t code) const override;
  Encoded encode(const Unrounded& number, const RoundingChoice& rounding, Overflow overflow) const override;
  std::vector<BitField> fields(std::uint64_t code) const override;
  std::optional<std::uint64_t> nextUp(std::uint64_t code) const override;
  std::optional<std::uint64_t> nextDown(std::uint64_t code) const override;

 private:
  FormatInfo m_info;
  Kind m_kind;
};

}  // namespace ulpscope
