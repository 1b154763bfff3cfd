// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

#include "core/quantization/block_codec.h"

// What core/quantization/block_codec.h defines for blocks of finite values, up to the loop over the values. The codec's
// kind is a template parameter, so that a loop over small blocks holds no switch.
namespace ulpscope::kernels {

/// What a codec must know of a block before it can code the first value.
struct BlockRange {
  bool finite = true;  ///< neither NaN nor infinity; else the other numbers mean nothing
  float absMax = 0;
  float lo = std::numeric_limits<float>::infinity();  ///< read for Affine only, as is hi
  float hi = -std::numeric_limits<float>::infinity();
  float signedMax = 0;  ///< read for Q4_0 only: the first value of magnitude absMax

  void merge(const BlockRange& later) {
    finite = finite && later.finite;
    if (later.absMax > absMax) {
      absMax = later.absMax;
      signedMax = later.signedMax;
    }
    lo = std::min(lo, later.lo);
    hi = std::max(hi, later.hi);
  }
};

/// How the lanes code the values of a block: the codecs differ in these few things only.
enum class BlockCoding : std::uint8_t {
  EvenProduct,   ///< clamp(rne(x * operand))
  AwayProduct,   ///< clamp(rha(x * operand))
  EvenQuotient,  ///< clamp(rne(x / operand) + offset)
  AwayQuotient,  ///< clamp(rha(x / operand))
  Shifted,       ///< clamp(truncate(x * operand + offset))
  Nf4,           ///< number of NF4 midpoints below x * operand
  Float8         ///< E4M3 or E5M2 of x * operand, saturating
};

constexpr BlockCoding codingOf(BlockCodec::Kind kind) {
  switch (kind) {
    case BlockCodec::Kind::Absmax:
    case BlockCodec::Kind::BnbInt8:
    case BlockCodec::Kind::Q8_0Avx2:
      return BlockCoding::EvenProduct;
    case BlockCodec::Kind::Q8_0:
      return BlockCoding::AwayProduct;
    case BlockCodec::Kind::Affine:
    case BlockCodec::Kind::CompressedInt:
      return BlockCoding::EvenQuotient;
    case BlockCodec::Kind::EetqInt8:
      return BlockCoding::AwayQuotient;
    case BlockCodec::Kind::Q4_0:
      return BlockCoding::Shifted;
    case BlockCodec::Kind::Nf4:
      return BlockCoding::Nf4;
    case BlockCodec::Kind::ScaledFloat8:
      break;
  }
  return BlockCoding::Float8;
}

struct BlockRule {
  float operand;
  float offset = 0;
  float low = 0;
  float high = 0;
  BlockScale stored;  ///< of codecs with a binary16 scale, not yet rounded to it
};

inline BlockRule affineRule(const BlockCodec& codec, const BlockRange& range) {
  const float lo = codec.includeZero ? std::min(range.lo, 0.0F) : range.lo;
  const float hi = codec.includeZero ? std::max(range.hi, 0.0F) : range.hi;
  const float scale = lo == hi ? 1 : (hi - lo) / static_cast<float>(codec.high - codec.low);
  const float zero = static_cast<float>(codec.low) - std::nearbyint(lo / scale);
  constexpr float kLargestZeroPoint = 0x1p30F;
  const float clamped = std::isnan(zero) ? 0 : std::clamp(zero, -kLargestZeroPoint, kLargestZeroPoint);
  return {.operand = scale,
          .offset = clamped,
          .low = static_cast<float>(codec.low),
          .high = static_cast<float>(codec.high),
          .stored = {scale, static_cast<std::int32_t>(clamped)}};
}

template <BlockCodec::Kind kKind>
inline BlockRule ruleOf(const BlockCodec& codec, const BlockRange& range) {
  using Kind = BlockCodec::Kind;
  const float a = range.absMax;
  const auto low = static_cast<float>(codec.low);
  const auto high = static_cast<float>(codec.high);
  if constexpr (kKind == Kind::Absmax) {
    return {.operand = a == 0 ? 0 : codec.divisor / a, .low = low, .high = high, .stored = {a / codec.divisor}};
  } else if constexpr (kKind == Kind::BnbInt8) {
    return {.operand = a == 0 ? 0 : (1 / a) * 127, .low = -127, .high = 127, .stored = {a}};
  } else if constexpr (kKind == Kind::Q8_0Avx2) {
    return {.operand = a == 0 ? 0 : 127 / a, .low = -128, .high = 127, .stored = {a / 127}};
  } else if constexpr (kKind == Kind::Q8_0) {
    const float d = a / 127;
    return {.operand = d == 0 ? 0 : 1 / d, .low = -128, .high = 127, .stored = {d}};
  } else if constexpr (kKind == Kind::CompressedInt) {
    const float d = a / codec.divisor;
    const float scale = d == 0 ? std::numeric_limits<float>::epsilon() : d;
    return {.operand = scale, .low = low, .high = high, .stored = {scale}};
  } else if constexpr (kKind == Kind::EetqInt8) {
    const float s = a * (1.0F / 128);
    return {.operand = s, .low = -128, .high = 127, .stored = {s}};
  } else if constexpr (kKind == Kind::Affine) {
    return affineRule(codec, range);
  } else if constexpr (kKind == Kind::Nf4) {
    return {.operand = 1 / std::max(a, 1e-38F), .stored = {a}};
  } else if constexpr (kKind == Kind::Q4_0) {
    const float d = range.signedMax / -8;
    return {.operand = d == 0 ? 0 : 1 / d, .offset = 8.5F, .low = 0, .high = 15, .stored = {d}};
  } else {
    const float s = codec.divisor / std::max(a, 1e-12F);
    return {.operand = s, .stored = {1 / s}};
  }
}

/// nullopt: the arithmetic leaves the finite numbers, or a short block differs; take quantizeBlock of core instead.
template <BlockCodec::Kind kKind>
inline std::optional<BlockRule> blockRule(const BlockCodec& codec, const BlockRange& range, bool isShort) {
  if (!range.finite || (kKind == BlockCodec::Kind::Nf4 && isShort)) return std::nullopt;
  const BlockRule rule = ruleOf<kKind>(codec, range);
  // With x finite and the operand finite, and a normal number where it divides, no product or quotient of a block is
  // NaN: each is at most a few hundred in magnitude, or, in Affine without zero, a few times 2^32.
  constexpr BlockCoding kCoding = codingOf(kKind);
  constexpr bool kDivides = kCoding == BlockCoding::EvenQuotient || kCoding == BlockCoding::AwayQuotient;
  const float size = std::fabs(rule.operand);
  const bool usable =
      size <= std::numeric_limits<float>::max() && (!kDivides || size >= std::numeric_limits<float>::min());
  if (!usable) return std::nullopt;
  return rule;
}

/// Whether scales are stored as binary16.
constexpr bool hasBinary16Scale(const BlockCodec& codec) {
  return codec.kind == BlockCodec::Kind::Q8_0 || codec.kind == BlockCodec::Kind::Q8_0Avx2 ||
         codec.kind == BlockCodec::Kind::Q4_0 || codec.kind == BlockCodec::Kind::EetqInt8;
}

}  // namespace ulpscope::kernels
