// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/narrow_codes.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <limits>

#include "core/formats/codec.h"

namespace ulpscope {
namespace {

constexpr std::uint32_t kMagnitudeMask = 0x7FFFFFFF;

std::uint32_t bitsOf(float x) { return std::bit_cast<std::uint32_t>(x); }
float floatOf(std::uint32_t bits) { return std::bit_cast<float>(bits); }

constexpr std::array<float, 16> kFp4Values{0, 0.5F, 1, 1.5F, 2, 3, 4, 6, -0.0F, -0.5F, -1, -1.5F, -2, -3, -4, -6};

/// The largest floats that are rounded to the value of their index: 0.75, 1.75 and 3.5 are ties that go up to even.
constexpr std::array<float, 7> kFp4Thresholds{0.25F, 0x1.7FFFFEp-1F, 1.25F, 0x1.BFFFFEp0F, 2.5F, 0x1.BFFFFEp1F, 5};

/// NaN is above all thresholds.
std::uint32_t fp4Magnitude(float y, const std::array<float, 7>& thresholds) {
  std::uint32_t code = 0;
  for (const float threshold : thresholds) code += y <= threshold ? 0u : 1u;
  return code;
}

/// By the distances themselves, in float32: 0 where all are alike or NaN.
std::uint8_t firstNearestFp4(float x, float halfScale) {
  std::uint8_t best = 0;
  float smallest = std::fabs(x);
  for (std::uint8_t code = 1; code < kFp4Values.size(); ++code) {
    const float distance = std::fabs(2 * kFp4Values[code] * halfScale - x);
    if (!(distance < smallest)) continue;
    best = code;
    smallest = distance;
  }
  return best;
}

}  // namespace

std::uint32_t largestMagnitudeBits(std::span<const float> values) {
  std::int32_t largest = 0;  // signed: every vector instruction set compares those
  for (const float x : values) largest = std::max(largest, static_cast<std::int32_t>(bitsOf(x) & kMagnitudeMask));
  return static_cast<std::uint32_t>(largest);
}

float powerOfTwo(int exponent) {
  assert(exponent >= -127 && exponent <= 127);
  return exponent == -127 ? 0x1p-127F : floatOf(static_cast<std::uint32_t>(exponent + 127) << 23);
}

NarrowFloatCoder::NarrowFloatCoder(const FloatSpec& spec)
    : m_spec(spec), m_largestMagnitude(static_cast<std::uint32_t>(largestFiniteMagnitude(spec))) {
  assert(spec.codeBits() <= 8 && spec.signBits == 1 && spec.bottom == Bottom::Subnormal);
  m_largest = decodeToFloat(spec, m_largestMagnitude);
  for (std::size_t code = 0; code < m_values.size(); ++code) {
    const float value = code >> spec.codeBits() ? 0 : decodeToFloat(spec, code);
    m_values[code] = std::isnan(value) ? std::numeric_limits<float>::quiet_NaN() : value;
  }
}

bool NarrowFloatCoder::isFinite(int code) const { return std::isfinite(m_values[static_cast<std::size_t>(code)]); }

/// Normal values: half a last place less one bit, and the last place itself, carry into the kept bits exactly where
/// nearest even goes up. Subnormal ones: adding the float whose last place is the format's smallest value rounds there.
template <class Scaled>
void NarrowFloatCoder::encodeAll(std::span<const float> values, std::span<std::uint8_t> codes, Scaled scaled) const {
  const int dropped = 23 - m_spec.fractionBits;
  const int signPlace = m_spec.codeBits() - 1;
  const std::uint32_t half = (std::uint32_t{1} << (dropped - 1)) - 1;
  const std::uint32_t rebias = static_cast<std::uint32_t>(127 - m_spec.bias) << m_spec.fractionBits;
  const auto smallestNormal = static_cast<std::int32_t>(bitsOf(powerOfTwo(m_spec.smallestExponent())));
  const float magic = powerOfTwo(m_spec.smallestExponent() - m_spec.fractionBits + 23);
  const auto largest = static_cast<std::int32_t>(bitsOf(m_largest));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint32_t bits = bitsOf(scaled(values[i]));
    // As integers, magnitudes compare as floats do, and NaN is above all.
    const auto m = std::min(static_cast<std::int32_t>(bits & kMagnitudeMask), largest);
    const auto u = static_cast<std::uint32_t>(m);
    const std::uint32_t normal = ((u + half + ((u >> dropped) & 1)) >> dropped) - rebias;
    const std::uint32_t subnormal = bitsOf(floatOf(u) + magic) - bitsOf(magic);
    const auto isSubnormal = static_cast<std::uint32_t>((m - smallestNormal) >> 31);  // all ones, or zero
    const std::uint32_t code = (subnormal & isSubnormal) | (normal & ~isSubnormal);
    codes[i] = static_cast<std::uint8_t>(code | (bits >> 31 << signPlace));
  }
}

void NarrowFloatCoder::encode(std::span<const float> values, float factor, std::span<std::uint8_t> codes) const {
  encodeAll(values, codes, [factor](float x) { return x * factor; });
}

void NarrowFloatCoder::encodeQuotients(std::span<const float> values, float divisor,
                                       std::span<std::uint8_t> codes) const {
  encodeAll(values, codes, [divisor](float x) { return x / divisor; });
}

/// With e the exponent of y, but at least the smallest, n = floor(|y| / 2^(e - fraction bits) + 0.5) counts from the
/// binade's start: codes of magnitudes go on by 2^(fraction bits) from binade to binade, also where n carries.
void NarrowFloatCoder::encodeHalfAway(std::span<const float> values, float factor,
                                      std::span<std::uint8_t> codes) const {
  const int fraction = m_spec.fractionBits;
  const std::int32_t lowestField = m_spec.smallestExponent() + 127;
  const float largest = m_largest;
  const auto largestMagnitude = static_cast<std::int32_t>(m_largestMagnitude);
  const int signPlace = m_spec.codeBits() - 1;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float y = values[i] * factor;
    const float unclamped = floatOf(bitsOf(y) & kMagnitudeMask);
    const float magnitude = unclamped < largest ? unclamped : largest;
    const std::int32_t field = std::max(static_cast<std::int32_t>(bitsOf(magnitude) >> 23), lowestField);
    const float units = magnitude * floatOf(static_cast<std::uint32_t>(254 - field + fraction) << 23);
    const std::int32_t n = static_cast<std::int32_t>(units + 0.5F);
    const std::int32_t code = std::min(((field - lowestField) << fraction) + n, largestMagnitude);
    const std::uint32_t sign = y < 0 ? 1 : 0;
    codes[i] = static_cast<std::uint8_t>(static_cast<std::uint32_t>(code) | sign << signPlace);
  }
}

void NarrowFloatCoder::decode(std::span<const std::uint8_t> codes, float scale, std::span<float> values) const {
  for (std::size_t i = 0; i < codes.size(); ++i) values[i] = m_values[codes[i]] * scale;
}

void encodeFp4(std::span<const float> values, float factor, std::span<std::uint8_t> codes) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint32_t bits = bitsOf(values[i] * factor);
    codes[i] =
        static_cast<std::uint8_t>(fp4Magnitude(floatOf(bits & kMagnitudeMask), kFp4Thresholds) | bits >> 31 << 3);
  }
}

void encodeFp4Quotients(std::span<const float> values, float divisor, std::span<std::uint8_t> codes) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float y = values[i] / divisor;
    codes[i] = static_cast<std::uint8_t>(fp4Magnitude(std::fabs(y), kFp4Thresholds) | (y < 0 ? 8u : 0u));
  }
}

void encodeFp4ByDistance(std::span<const float> values, float halfScale, std::span<std::uint8_t> codes) {
  constexpr float kFarOff = 0x1p16F;  // from here on, distances might be rounded to the same float
  const float largest = floatOf(largestMagnitudeBits(values));
  if (!std::isfinite(largest) || largest > kFarOff * halfScale) {
    std::transform(values.begin(), values.end(), codes.begin(),
                   [halfScale](float x) { return firstNearestFp4(x, halfScale); });
    return;
  }
  std::array<float, 7> thresholds{0.5F, 1.5F, 2.5F, 3.5F, 5, 7, 10};
  for (float& threshold : thresholds) threshold *= halfScale;  // exact: a scale has a few bits
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint32_t magnitude = fp4Magnitude(std::fabs(values[i]), thresholds);
    codes[i] = static_cast<std::uint8_t>(magnitude | (values[i] < 0 && magnitude != 0 ? 8u : 0u));
  }
}

void decodeFp4(std::span<const std::uint8_t> codes, float scale, std::span<float> values) {
  for (std::size_t i = 0; i < codes.size(); ++i) values[i] = kFp4Values[codes[i] & 15] * scale;
}

}  // namespace ulpscope
