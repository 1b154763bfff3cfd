// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace ulpscope {

/// Numbers that are the same for a seed on every platform. Source: the SplitMix64 generator (Steele, Lea, Flood, OOPSLA
/// 2014).
class RandomNumbers {
 public:
  explicit RandomNumbers(std::uint64_t seed) : m_state(seed) {}

  std::uint64_t bits() {
    std::uint64_t z = m_state += 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }

  /// In [0, 1): a multiple of 2^-32.
  double uniform() { return static_cast<double>(bits() >> 32) * 0x1p-32; }

  /// Mean 0, variance 1, between -6 and 6: the sum of twelve uniform numbers of 32 bits, which is an exact integer.
  double normal() {
    std::uint64_t sum = 0;
    for (int draw = 0; draw < 6; ++draw) {
      const std::uint64_t two = bits();
      sum += (two & 0xFFFFFFFF) + (two >> 32);
    }
    return static_cast<double>(sum) * 0x1p-32 - 6;
  }

 private:
  std::uint64_t m_state;
};

}  // namespace ulpscope
