// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/core/formats/golden_file.h"

// The inputs and digests of tests/golden/formats/encode_inputs.py once more: the same numbers in the same order.
// Arithmetic of the processor and the golden files only, none of the code under test.
namespace ulpscope {

inline constexpr std::size_t kOracleBlock = 4096;
inline constexpr std::uint64_t kNanMarker = 0xFFFF;  ///< a finite code in no type here

/// Steele, Lea and Flood's generator.
class SplitMix64 {
 public:
  explicit constexpr SplitMix64(std::uint64_t seed) : m_state(seed) {}
  constexpr std::uint64_t operator()() {
    std::uint64_t z = m_state += 0x9E3779B97F4A7C15;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return z ^ z >> 31;
  }

 private:
  std::uint64_t m_state;
};

/// FNV-1a of 64 bits, fed 16-bit words.
constexpr std::uint64_t digestOf(std::span<const std::uint64_t> words) {
  std::uint64_t state = 0xCBF29CE484222325;
  for (const std::uint64_t word : words) state = (state ^ word) * 0x100000001B3;
  return state;
}

/// The value of every code as the oracle has it.
inline std::vector<float> goldenValues(std::string_view id) {
  const GoldenArray array = readGoldenArray(std::string(id) + ".decode.npy");
  std::vector<float> values(array.size());
  for (std::size_t code = 0; code < values.size(); ++code)
    values[code] = std::bit_cast<float>(static_cast<std::uint32_t>(array[code]));
  return values;
}

inline float float16Value(std::uint32_t code) {
  const int field = static_cast<int>(code >> 10 & 31);
  const int fraction = static_cast<int>(code & 1023);
  float magnitude = std::ldexp(static_cast<float>(field == 0 ? fraction : fraction + 1024), std::max(field, 1) - 25);
  if (field == 31)
    magnitude = fraction == 0 ? std::numeric_limits<float>::infinity() : std::numeric_limits<float>::quiet_NaN();
  return (code & 0x8000) != 0 ? -magnitude : magnitude;
}

/// Each value >= 0 and the midpoint above it, then the largest float: of each the float next below, itself, and the one
/// next above, first positive, then negative.
inline std::vector<std::uint32_t> borderInputs(std::span<const float> decoded) {
  std::vector<double> values{0.0};
  for (const float value : decoded)
    if (std::isfinite(value) && value > 0) values.push_back(value);
  std::sort(values.begin(), values.end());
  const double largest = values.back(), before = values[values.size() - 2];
  values.push_back(largest == 2 * before ? 2 * largest : largest + (largest - before));

  std::vector<std::uint32_t> inputs;
  const auto addNeighbourhood = [&](double value) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(static_cast<float>(value));
    for (const std::uint32_t sign : {0u, 0x80000000u})
      for (const std::uint32_t near : {std::max(bits, 1u) - 1, bits, bits + 1}) inputs.push_back(sign | near);
  };
  for (std::size_t i = 0; i + 1 < values.size(); ++i) {
    addNeighbourhood(values[i]);
    addNeighbourhood((values[i] + values[i + 1]) / 2);
  }
  addNeighbourhood(std::numeric_limits<float>::max());
  return inputs;
}

/// Whether the oracle's code of an input is a rounding to nearest: not of NaN, where the type has none, nor of what
/// lies between 2^-127 and 1.5 * 2^-127 in float8_e8m0fnu (README.md of the golden files).
inline bool isSpecified(std::string_view id, bool hasNan, float input) {
  if (id == "float8_e8m0fnu") return !(input > 0x1p-127F && input < 0x1.8p-127F);
  return hasNan || !std::isnan(input);
}

struct OracleInputs {
  std::string name;
  std::vector<float> values;
};

inline std::vector<OracleInputs> oracleInputs(std::string_view id, std::span<const float> decoded) {
  std::vector<OracleInputs> sets{{"float16", {}}, {"bfloat16", {}}, {"random", {}}, {"borders", {}}};
  for (std::uint32_t code = 0; code < 0x10000; ++code) {
    sets[0].values.push_back(float16Value(code));
    sets[1].values.push_back(std::bit_cast<float>(code << 16));
  }
  SplitMix64 random(754);
  for (int i = 0; i < 1'000'000; ++i)
    sets[2].values.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(random() >> 32)));
  for (const std::uint32_t bits : borderInputs(decoded)) sets[3].values.push_back(std::bit_cast<float>(bits));
  const bool hasNan = std::any_of(decoded.begin(), decoded.end(), [](float value) { return std::isnan(value); });
  for (OracleInputs& set : sets)
    std::erase_if(set.values, [&](float input) { return !isSpecified(id, hasNan, input); });
  return sets;
}

}  // namespace ulpscope
