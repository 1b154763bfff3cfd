// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <string>

#include "core/formats/block_format.h"

namespace ulpscope {

/// The elements of a block whose scale is known, as a format: element codes that stand for element value times scale,
/// exactly. Rounding is that of the element format, applied to the exact quotient number / scale. Overflow::Format
/// saturates, as block formats do.
class ScaledFormat final : public NumberFormat {
 public:
  /// `scaleText`: where the scale comes from, in a sentence. Precondition: `scaleCode` is a positive value of
  /// block.scale.
  ScaledFormat(const BlockFormat& block, std::uint64_t scaleCode, std::string scaleText);

  const BlockFormat& block() const { return m_block; }
  const NumberFormat& element() const { return *m_block.element; }
  std::uint64_t scaleCode() const { return m_scaleCode; }
  const std::string& scaleText() const { return m_scaleText; }
  /// number / scale in units of the element format, 62 bits and sticky: enough to round it there.
  Unrounded inElements(const Unrounded& number) const;
  static Overflow elementOverflow(Overflow overflow) {
    return overflow == Overflow::Format ? Overflow::Saturate : overflow;
  }

  const FormatInfo& info() const override { return m_info; }
  Unrounded decode(std::uint64_t code) const override;
  NumberClass classify(std::uint64_t code) const override { return element().classify(code); }
  Encoded encode(const Unrounded& number, const RoundingChoice& rounding, Overflow overflow) const override;
  std::vector<BitField> fields(std::uint64_t code) const override { return element().fields(code); }
  std::optional<std::uint64_t> nextUp(std::uint64_t code) const override { return element().nextUp(code); }
  std::optional<std::uint64_t> nextDown(std::uint64_t code) const override { return element().nextDown(code); }

 private:
  const BlockFormat& m_block;
  FormatInfo m_info;
  std::uint64_t m_scaleCode;
  std::string m_scaleText;
  std::uint64_t m_scaleInteger;  ///< odd; the scale, elementExponent included, is m_scaleInteger * 2^m_scaleExponent
  int m_scaleExponent;
};

/// `scale` is a decimal, a hex float or "2^-3"; what the scale format does not have is rounded to nearest even. Usage
/// unless it is positive and finite, before and after.
Result<std::shared_ptr<const ScaledFormat>> scaledElements(const BlockFormat& block, std::string_view scale);

}  // namespace ulpscope
