// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/formats/number_format.h"

namespace ulpscope {

/// The format that a FloatSpec describes.
class FloatFormat final : public NumberFormat {
 public:
  FloatFormat(FormatInfo info, const FloatSpec& spec);

  const FormatInfo& info() const override { return m_info; }
  Unrounded decode(std::uint64_t code) const override;
  NumberClass classify(std::uint64_t code) const override;
  Encoded encode(const Unrounded& number, const RoundingChoice& rounding, Overflow overflow) const override;
  std::vector<BitField> fields(std::uint64_t code) const override;
  std::optional<std::uint64_t> nextUp(std::uint64_t code) const override;
  std::optional<std::uint64_t> nextDown(std::uint64_t code) const override;
  const FloatSpec* floatSpec() const override { return &m_spec; }

 private:
  std::optional<std::uint64_t> neighbour(std::uint64_t code, bool upward) const;

  FormatInfo m_info;
  FloatSpec m_spec;
};

}  // namespace ulpscope
