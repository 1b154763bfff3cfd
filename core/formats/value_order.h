// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/formats/number_format.h"

namespace ulpscope {

/// Formats of up to this many bits can be ordered by enumerating their codes.
inline constexpr int kEnumerableBits = 16;

/// All codes of a format of up to kEnumerableBits bits in the order of their values; -0 comes before +0, codes of equal
/// value by their bits. NaN has no place in it.
class ValueOrder {
 public:
  /// Precondition: format.info().codeBits <= kEnumerableBits.
  explicit ValueOrder(const NumberFormat& format);

  /// Codes from the lowest value to the highest, infinities included.
  std::span<const std::uint16_t> codes() const { return m_codes; }
  std::size_t nanCodes() const { return m_rankOfCode.size() - m_codes.size(); }

  /// The place of `code` in codes(); nullopt for NaN.
  std::optional<std::size_t> rankOf(std::uint64_t code) const;

 private:
  std::vector<std::uint16_t> m_codes;
  std::vector<std::int32_t> m_rankOfCode;  ///< -1 for NaN
};

/// A value on a number line whose unit is the distance from the centre to the next value away from zero.
struct LinePoint {
  std::uint64_t code;
  double position;  ///< (value - centre) / unit; infinity stands one step beyond the largest finite value
  bool infinite;
};

/// `code` and up to `perSide` values on either side of it, from low to high; fewer at the ends of the format, none at
/// all for NaN. Of the last value away from zero the unit is the distance to the one before it.
std::vector<LinePoint> neighbourhood(const NumberFormat& format, std::uint64_t code, int perSide);

/// The value doubled, or halved, and rounded toward zero; where that has no value of its own, the next one in that
/// direction. Ends at the largest finite value and at zero. Zero, NaN and, doubled, infinity stay.
std::uint64_t doubled(const NumberFormat& format, std::uint64_t code);
std::uint64_t halved(const NumberFormat& format, std::uint64_t code);

}  // namespace ulpscope
