// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <random>
#include <vector>

namespace ulpscope {

/// Heavy-tailed values that NumPy can make too: with raw = RandomState(7)._bit_generator.random_raw(n) as int32 and
/// t = raw / 2^31 they are float32(t * t * t * 0.1).
inline std::vector<float> cubedNoise(std::size_t n) {
  std::mt19937 raw(7);
  std::vector<float> values(n);
  for (float& value : values) {
    const double t = static_cast<std::int32_t>(raw()) / 2147483648.0;
    value = static_cast<float>(t * t * t * 0.1);
  }
  return values;
}

}  // namespace ulpscope
