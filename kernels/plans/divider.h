// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <bit>
#include <cstdint>

namespace ulpscope::kernels {

/// Quotients by a number that is known beforehand, by a multiplication and a shift: for numbers n below 2^31 and a
/// divisor d from 1 to 2^31, with l = ceil(log2 d) and m = floor(2^(31 + l) / d) + 1, which has at most 32 bits, n / d
/// = n m / 2^(31 + l), as m d exceeds 2^(31 + l) by at most 2^l (Granlund and Montgomery, PLDI 1994, theorem 4.2).
class Divider {
 public:
  constexpr Divider() = default;
  constexpr explicit Divider(std::uint32_t divisor)
      : m_shift(31 + static_cast<int>(std::bit_width(divisor - 1))),
        m_multiplier(static_cast<std::uint32_t>((std::uint64_t{1} << m_shift) / divisor + 1)) {}

  constexpr std::uint32_t quotient(std::uint32_t n) const {
    return static_cast<std::uint32_t>(std::uint64_t{n} * m_multiplier >> m_shift);
  }

 private:
  int m_shift = 0;
  std::uint32_t m_multiplier = 1;
};

}  // namespace ulpscope::kernels
