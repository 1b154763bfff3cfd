// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/formats/number_format.h"
#include "core/formats/value_text.h"
#include "tests/core/checkpoint/packed_sample.h"

namespace ulpscope::test {

// What the samples of packed weights are made with.

/// Numerical Recipes' generator: the same numbers everywhere.
class Numbers {
 public:
  explicit Numbers(std::uint32_t seed) : m_state(seed) {}
  std::uint32_t below(std::uint32_t bound) {
    m_state = m_state * 1664525u + 1013904223u;
    return (m_state >> 8) % bound;
  }
  std::vector<unsigned> codes(std::size_t count, int bits) {
    std::vector<unsigned> values(count);
    for (unsigned& value : values) value = below(1u << bits);
    return values;
  }
  /// Scales that F16 and BF16 hold exactly, all different sizes: (1 + k/128) * 2^-e.
  std::vector<float> scales(std::size_t count) {
    std::vector<float> values(count);
    for (float& value : values)
      value = std::ldexp(1.0F + static_cast<float>(below(128)) / 128, -3 - static_cast<int>(below(6)));
    return values;
  }

 private:
  std::uint32_t m_state;
};

template <class T>
std::string raw(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

inline std::uint64_t encoded(std::string_view format, float value) {
  const NumberFormat& number = *findFormat(format);
  return number.encode(findFormat("float32")->decode(std::bit_cast<std::uint32_t>(value)), {}, {}).code;
}

/// `values` rounded to a 16-bit format, by the number formats of core.
inline std::string stored(std::string_view format, const std::vector<float>& values) {
  std::vector<std::uint16_t> codes;
  for (const float value : values) codes.push_back(static_cast<std::uint16_t>(encoded(format, value)));
  return raw(codes);
}
inline float rounded(std::string_view format, float value) {
  return static_cast<float>(toDouble(findFormat(format)->decode(encoded(format, value))));
}

/// Codes from the low bits of a little-endian run of `bytes` bytes on.
inline std::string packed(const std::vector<unsigned>& codes, int bits, std::size_t bytes) {
  std::string out(bytes, '\0');
  std::size_t at = 0;
  for (const unsigned code : codes)
    for (int bit = 0; bit < bits; ++bit, ++at)
      if ((code >> bit & 1u) != 0) out[at / 8] = static_cast<char>(out[at / 8] | 1 << at % 8);
  return out;
}

/// A matrix of runs of 32-bit words, each packed from `codeAt(line, i)`, laid out word by word across the lines.
inline std::string packedAcross(std::size_t lines, std::size_t codes, int bits,
                                const std::function<unsigned(std::size_t, std::size_t)>& codeAt) {
  const std::size_t words = (codes * static_cast<std::size_t>(bits) + 31) / 32;
  std::string out(words * lines * 4, '\0');
  for (std::size_t line = 0; line < lines; ++line) {
    std::vector<unsigned> run(codes);
    for (std::size_t i = 0; i < codes; ++i) run[i] = codeAt(line, i);
    const std::string bytes = packed(run, bits, words * 4);
    for (std::size_t word = 0; word < words; ++word)
      std::memcpy(out.data() + (word * lines + line) * 4, bytes.data() + word * 4, 4);
  }
  return out;
}

}  // namespace ulpscope::test
