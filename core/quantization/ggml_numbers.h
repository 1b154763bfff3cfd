// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace ulpscope::ggml {

// Conversions as ggml's C code makes them on x86-64 without assertions (a release build), for every float.

/// To the nearest integer, ties to even, by adding 1.5 * 2^23: right for |x| <= 2^22. Beyond it, and for infinity, the
/// low bits of the sum; 0 for NaN.
inline int nearestInt(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x + 12582912.0f);
  return static_cast<int>(bits & 0x007FFFFF) - 0x00400000;
}

/// A C cast to int: what CVTTSS2SI gives, INT_MIN for NaN and beyond its range.
inline int truncatedInt(float x) {
  return x >= -0x1p31f && x < 0x1p31f ? static_cast<int>(x) : std::numeric_limits<int>::min();
}

/// lroundf(x) as an int: ties away from zero. A long of 64 bits, of which the low 32 remain: 0 for NaN and beyond 2^63.
inline int roundedInt(float x) {
  if (!(std::fabs(x) < 0x1p63f)) return 0;
  return static_cast<int>(static_cast<std::uint32_t>(static_cast<std::uint64_t>(std::llround(x))));
}

inline std::uint8_t lowByte(int x) { return static_cast<std::uint8_t>(static_cast<unsigned>(x) & 0xFF); }
inline int signedByte(int x) { return static_cast<std::int8_t>(lowByte(x)); }

/// The binary16 code nearest to x, ties to even; every NaN is 0x7E00 with its sign.
inline std::uint16_t halfCode(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  const std::uint32_t sign = bits >> 16 & 0x8000;
  const std::uint32_t magnitude = bits & 0x7FFFFFFF;
  std::uint32_t code;
  if (magnitude > 0x7F800000) {
    code = 0x7E00;
  } else if (magnitude >= 0x47800000) {  // 65536 and more
    code = 0x7C00;
  } else if (magnitude < 0x38800000) {  // below 2^-14: the spacing of floats above 1/2 is that of the subnormals
    code = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) + 0.5f) - 0x3F000000;
  } else {
    code = (magnitude - 0x38000000 + 0xFFF + (magnitude >> 13 & 1)) >> 13;
  }
  return static_cast<std::uint16_t>(sign | code);
}

/// The float32 of a binary16 code.
inline float halfValue(std::uint16_t code) {
  const std::uint32_t magnitude = (code & 0x7FFFu) << 13;
  const float scaled = std::bit_cast<float>(magnitude) * 0x1p112f;  // exact, subnormals too
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(scaled) | (magnitude >= 0x0F800000u ? 0x7F800000u : 0u);
  return std::bit_cast<float>(bits | (code & 0x8000u) << 16);
}

}  // namespace ulpscope::ggml
