// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <span>

#include "core/formats/float_spec.h"

namespace ulpscope {

// From floats to codes of eight bits and fewer for whole blocks: loops without branches, which compilers turn into
// vector instructions. All saturate, infinities too. NaN is the largest value: blocks that hold one are settled before.

/// max |x| as the bits of a float. NaN is above infinity: larger than 0x7F800000.
std::uint32_t largestMagnitudeBits(std::span<const float> values);

/// 2^exponent. Precondition: from -127 to 127.
float powerOfTwo(int exponent);

/// A binary format with a sign bit, subnormal values and at most 8 bits.
class NarrowFloatCoder {
 public:
  explicit NarrowFloatCoder(const FloatSpec& spec);

  /// codes[i] = x * factor, rounded to nearest even.
  void encode(std::span<const float> values, float factor, std::span<std::uint8_t> codes) const;
  /// codes[i] = x / divisor, rounded to nearest even.
  void encodeQuotients(std::span<const float> values, float divisor, std::span<std::uint8_t> codes) const;
  /// codes[i] = x * factor, rounded half away from zero as floor(|y| + 0.5) has it in units of the last place, in
  /// float32. Negative zero and what the product flushes to zero is positive zero.
  void encodeHalfAway(std::span<const float> values, float factor, std::span<std::uint8_t> codes) const;
  /// The value of a code times `scale`; codes of NaN are NaN, with the sign bit clear.
  void decode(std::span<const std::uint8_t> codes, float scale, std::span<float> values) const;

  bool isFinite(int code) const;

 private:
  template <class Scaled>
  void encodeAll(std::span<const float> values, std::span<std::uint8_t> codes, Scaled scaled) const;

  FloatSpec m_spec;
  float m_largest;
  std::uint32_t m_largestMagnitude;
  std::array<float, 256> m_values;
};

// E2M1, whose eight magnitudes have seven thresholds between them.

/// codes[i] = x * factor, rounded to nearest even.
void encodeFp4(std::span<const float> values, float factor, std::span<std::uint8_t> codes);
/// codes[i] = x / divisor, rounded to nearest even; -0 and NaN are taken as positive.
void encodeFp4Quotients(std::span<const float> values, float divisor, std::span<std::uint8_t> codes);
/// ggml's: the code whose value times 2 * halfScale is nearest to x by float32 distances, the first of those alike, so
/// that ties go toward zero, there is no negative zero, and what is not finite, or far beyond the scale, is 0.
void encodeFp4ByDistance(std::span<const float> values, float halfScale, std::span<std::uint8_t> codes);
/// The values of the codes times `scale`.
void decodeFp4(std::span<const std::uint8_t> codes, float scale, std::span<float> values);

}  // namespace ulpscope
