// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/formats/float16_spec.h"
#include "core/quantization/block_codec.h"
#include "kernels/plans/decode_one.h"
#include "kernels/plans/nf4_table.h"
#include "kernels/plans/round_one.h"
#include "kernels/plans/shared.h"

// All of what core/quantization/block_codec.h defines, for one block and one value at a time: facts of the block, the
// step that follows from them, and with it codes and values. What a thread of a CUDA kernel does; the host tests it.
// Kernels see no registry, so the layouts are written out again: a test holds them to it.
namespace ulpscope::kernels {

inline constexpr FloatSpec kFloat8E4m3fn{
    .exponentBits = 4, .fractionBits = 3, .bias = 7, .specials = Specials::NanOnly};
inline constexpr FloatSpec kFloat8E5m2{.exponentBits = 5, .fractionBits = 2, .bias = 15};

/// What a codec must know of a block, in whatever order its values come.
struct BlockFacts {
  std::int32_t magnitude = 0;  ///< the largest, as bits; NaN is above infinity and so poisons it
  float lo = std::numeric_limits<float>::infinity();
  float hi = -std::numeric_limits<float>::infinity();
  float signedMax = 0;   ///< the first value of that magnitude
  std::uint64_t at = 0;  ///< where it is

  ULPSCOPE_SHARED void add(float x, std::uint64_t index) {
    const std::int32_t m = std::bit_cast<std::int32_t>(x) & 0x7FFFFFFF;
    if (m > magnitude || (m == magnitude && index < at)) {
      magnitude = m;
      signedMax = x;
      at = index;
    }
    lo = x < lo ? x : lo;
    hi = x > hi ? x : hi;
  }
  ULPSCOPE_SHARED void merge(const BlockFacts& other) {
    if (other.magnitude > magnitude || (other.magnitude == magnitude && other.at < at)) {
      magnitude = other.magnitude;
      signedMax = other.signedMax;
      at = other.at;
    }
    lo = other.lo < lo ? other.lo : lo;
    hi = other.hi > hi ? other.hi : hi;
  }
};

/// What the values of a block are coded with.
struct BlockStep {
  float operand = 0;     ///< values are multiplied or divided by it
  bool divides = false;  ///< read for Nf4 only: of other kinds the kind says it
  float offset = 0;      ///< Affine
};

struct BlockOutcome {
  BlockStep step;
  BlockScale stored;
};

ULPSCOPE_SHARED inline float toBinary16(float x) {
  constexpr RoundingPlan kPlan = *makeRoundingPlan({kFloat16Spec});
  return roundOne(kPlan, x);
}

/// `value`, a whole number, cut to low..high, as the low eight bits of two's complement; `ifNan` if it is NaN.
ULPSCOPE_SHARED inline std::uint32_t wholeCode(float value, int low, int high, int ifNan) {
  if (value != value) return static_cast<std::uint32_t>(ifNan) & 0xFF;
  const auto lowest = static_cast<float>(low);
  const auto highest = static_cast<float>(high);
  const float cut = value < lowest ? lowest : value > highest ? highest : value;
  return static_cast<std::uint32_t>(static_cast<int>(cut)) & 0xFF;
}

ULPSCOPE_SHARED inline BlockOutcome affineOutcome(const BlockCodec& codec, const BlockFacts& facts) {
  constexpr float kLargestZeroPoint = 0x1p30F;
  const bool poisoned = facts.magnitude > 0x7F800000;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float lowest = codec.includeZero && facts.lo > 0 ? 0 : facts.lo;
  const float highest = codec.includeZero && facts.hi < 0 ? 0 : facts.hi;
  const float lo = poisoned ? nan : lowest;
  const float hi = poisoned ? nan : highest;
  const float scale = lo == hi ? 1 : (hi - lo) / static_cast<float>(codec.high - codec.low);
  float zero = static_cast<float>(codec.low) - rintf(lo / scale);
  if (zero != zero) zero = 0;
  zero = zero < -kLargestZeroPoint ? -kLargestZeroPoint : zero > kLargestZeroPoint ? kLargestZeroPoint : zero;
  return {{.operand = scale, .offset = zero}, {scale, static_cast<std::int32_t>(zero)}};
}

template <BlockCodec::Kind kKind>
ULPSCOPE_SHARED inline BlockOutcome outcomeOf(const BlockCodec& codec, const BlockFacts& facts, bool isShort) {
  using Kind = BlockCodec::Kind;
  const float a = std::bit_cast<float>(facts.magnitude);
  if constexpr (kKind == Kind::Absmax) {
    return {{.operand = a == 0 ? 0 : codec.divisor / a}, {a / codec.divisor}};
  } else if constexpr (kKind == Kind::Affine) {
    return affineOutcome(codec, facts);
  } else if constexpr (kKind == Kind::Nf4) {
    const float atLeast = a < 1e-38F ? 1e-38F : a;
    if (isShort) return {{.operand = atLeast, .divides = true}, {atLeast}};
    return {{.operand = 1 / atLeast}, {a}};
  } else if constexpr (kKind == Kind::Q8_0) {
    const float d = a / 127;
    return {{.operand = d == 0 ? 0 : 1 / d}, {toBinary16(d)}};
  } else if constexpr (kKind == Kind::Q8_0Avx2) {
    return {{.operand = a == 0 ? 0 : 127 / a}, {toBinary16(a / 127)}};
  } else if constexpr (kKind == Kind::Q4_0) {
    const float d = (a != a ? a : facts.signedMax) / -8;
    return {{.operand = d == 0 ? 0 : 1 / d}, {toBinary16(d)}};
  } else if constexpr (kKind == Kind::BnbInt8) {
    return {{.operand = (1 / a) * 127}, {a}};
  } else if constexpr (kKind == Kind::CompressedInt) {
    const float d = a / codec.divisor;
    const float scale = d == 0 ? std::numeric_limits<float>::epsilon() : d;
    return {{.operand = scale}, {scale}};
  } else if constexpr (kKind == Kind::EetqInt8) {
    const float s = a * (1.0F / 128);
    return {{.operand = s}, {toBinary16(s)}};
  } else {
    const float s = codec.divisor / (a < 1e-12F ? 1e-12F : a);
    return {{.operand = s}, {1 / s}};
  }
}

/// `divisor` names the format: BlockCodec::Kind::ScaledFloat8.
ULPSCOPE_SHARED inline std::uint32_t float8Code(float divisor, float x) {
  constexpr RoundingPlan kE4m3 = *makeRoundingPlan({kFloat8E4m3fn, Rounding::NearestEven, Overflow::Saturate});
  constexpr RoundingPlan kE5m2 = *makeRoundingPlan({kFloat8E5m2, Rounding::NearestEven, Overflow::Saturate});
  const bool isE4m3 = divisor == 448;
  if (x != x) return isE4m3 ? 0x7F : 0x7E;
  return static_cast<std::uint32_t>(isE4m3 ? encodeOne(kE4m3, x) : encodeOne(kE5m2, x));
}

template <BlockCodec::Kind kKind>
ULPSCOPE_SHARED inline std::uint32_t codeOf(const BlockCodec& codec, const BlockStep& step, float x) {
  using Kind = BlockCodec::Kind;
  if constexpr (kKind == Kind::Absmax) {
    return wholeCode(rintf(x * step.operand), codec.low, codec.high, 0);
  } else if constexpr (kKind == Kind::Affine) {
    const int ifNan = codec.low > 0 ? codec.low : codec.high < 0 ? codec.high : 0;
    return wholeCode(rintf(x / step.operand) + step.offset, codec.low, codec.high, ifNan);
  } else if constexpr (kKind == Kind::Nf4) {
    const float r = step.divides ? x / step.operand : x * step.operand;
    return nf4CodeOf(r < -1 ? -1.0F : r > 1 ? 1.0F : r);
  } else if constexpr (kKind == Kind::Q8_0) {
    return wholeCode(roundf(x * step.operand), -128, 127, 0);
  } else if constexpr (kKind == Kind::Q8_0Avx2) {
    const float r = rintf(x * step.operand);
    return r >= 0x1p31F ? 0x80 : wholeCode(r, -128, 127, -128);
  } else if constexpr (kKind == Kind::Q4_0) {
    return wholeCode(truncf(x * step.operand + 8.5F), 0, 15, 0);
  } else if constexpr (kKind == Kind::BnbInt8) {
    const float r = rintf(x * step.operand);
    return fabsf(r) > std::numeric_limits<float>::max() ? 0 : wholeCode(r, -127, 127, 0);
  } else if constexpr (kKind == Kind::CompressedInt) {
    return wholeCode(rintf(x / step.operand), codec.low, codec.high, 0);
  } else if constexpr (kKind == Kind::EetqInt8) {
    return wholeCode(roundf(x / step.operand), -128, 127, 127);
  } else {
    return float8Code(codec.divisor, x * step.operand);
  }
}

ULPSCOPE_SHARED inline float float8Value(float divisor, std::uint32_t code) {
  constexpr DecodingPlan kE4m3 = *makeDecodingPlan(kFloat8E4m3fn);
  constexpr DecodingPlan kE5m2 = *makeDecodingPlan(kFloat8E5m2);
  return divisor == 448 ? decodeOne(kE4m3, code) : decodeOne(kE5m2, code);
}

ULPSCOPE_SHARED inline float nf4ValueOf(std::uint32_t code) {
  constexpr std::array<float, 16> kValues = kNf4Values;
  return kValues[code & 15];
}

/// What a code stands for before its block's scale.
ULPSCOPE_SHARED inline float bareValueOf(const BlockCodec& codec, std::uint32_t code) {
  using Kind = BlockCodec::Kind;
  const auto asSigned = static_cast<float>(static_cast<std::int8_t>(code));
  switch (codec.kind) {
    case Kind::Absmax:
    case Kind::CompressedInt:
    case Kind::Affine:
      return codec.low < 0 ? asSigned : static_cast<float>(code);
    case Kind::Q8_0:
    case Kind::Q8_0Avx2:
    case Kind::EetqInt8:
    case Kind::BnbInt8:
      return asSigned;
    case Kind::Nf4:
      return nf4ValueOf(code);
    case Kind::Q4_0:
      return static_cast<float>(code) - 8;
    case Kind::ScaledFloat8:
      break;
  }
  return float8Value(codec.divisor, code);
}

ULPSCOPE_SHARED inline float scaledValueOf(const BlockCodec& codec, float bare, BlockScale stored) {
  constexpr float kBnbReciprocal = 0.007874015718698502F;
  if (codec.kind == BlockCodec::Kind::Affine) bare -= static_cast<float>(stored.zeroPoint);
  const float value = bare * stored.scale;
  return codec.kind == BlockCodec::Kind::BnbInt8 ? value * kBnbReciprocal : value;
}

}  // namespace ulpscope::kernels
