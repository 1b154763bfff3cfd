// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <bit>
#include <cstdint>
#include <limits>
#include <optional>

#include "core/quantization/narrow_blocks.h"
#include "kernels/plans/decode_one.h"
#include "kernels/plans/round_one.h"

// NarrowBlockCodec for one block and one value at a time, for host and CUDA kernels.
namespace ulpscope::kernels {

struct NarrowStep {
  float scale;
  float operand;  ///< MxFloor: values are multiplied by it; ModelOpt: divided
};

/// 2^(field - 127). Precondition: 0 <= field <= 254.
constexpr float powerOfField(std::int32_t field) {
  const std::int32_t bits = field << 23;
  return std::bit_cast<float>(bits > 1 << 22 ? bits : 1 << 22);
}

/// `largest` is the largest magnitude of the block, as bits.
constexpr NarrowStep mxFloorStep(const NarrowBlockCodec& codec, std::int32_t largest) {
  const std::int32_t under = (largest >> 23) - codec.largestExponent;
  const std::int32_t field = under > 0 ? under : 0;
  const bool isNan = largest > 0x7F800000;
  return {isNan ? std::numeric_limits<float>::quiet_NaN() : powerOfField(field), powerOfField(254 - field)};
}

/// e4m3(clamp(a / (6 t), 2^-9, 448)) t; 1 in place of a quotient of 0. Precondition: `largest` is not NaN.
constexpr NarrowStep modelOptStep(const NarrowBlockCodec& codec, std::int32_t largest) {
  constexpr float kAdder = 0x1p14F;  // its last place is that of E4M3's subnormal numbers
  const float quotient = std::bit_cast<float>(largest) / (6 * codec.tensorScale);
  const float orOne = quotient == 0 ? 1 : quotient;
  const float clamped = orOne < 0x1p-9F ? 0x1p-9F : orOne > 448 ? 448 : orOne;
  const auto bits = std::bit_cast<std::int32_t>(clamped);
  const float normal = std::bit_cast<float>((bits + 0x7FFFF + (bits >> 20 & 1)) & ~0xFFFFF);
  const float scale = (clamped < 0x1p-6F ? (clamped + kAdder) - kAdder : normal) * codec.tensorScale;
  return {scale, scale};
}

template <NarrowBlockCodec::Kind kKind>
constexpr NarrowStep narrowStep(const NarrowBlockCodec& codec, std::int32_t largest) {
  return kKind == NarrowBlockCodec::Kind::MxFloor ? mxFloorStep(codec, largest) : modelOptStep(codec, largest);
}

template <NarrowBlockCodec::Kind kKind>
constexpr std::uint32_t narrowCode(const RoundingPlan& plan, const NarrowStep& step, float x) {
  if (kKind == NarrowBlockCodec::Kind::MxFloor)
    return step.scale != step.scale ? 0 : static_cast<std::uint32_t>(encodeOne(plan, x * step.operand));
  return static_cast<std::uint32_t>(encodeOne(plan, x / step.operand + 0.0F));  // -0 is 0
}

/// `bare` is what a code stands for before its scale.
constexpr float narrowScaled(const NarrowBlockCodec& codec, float bare, float scale) {
  const float value = bare * scale;
  return codec.kind == NarrowBlockCodec::Kind::ModelOpt ? value + 0.0F : value;  // there is no negative zero
}

constexpr float narrowValue(const NarrowBlockCodec& codec, const DecodingPlan& plan, std::uint32_t code, float scale) {
  return narrowScaled(codec, decodeOne(plan, code), scale);
}

/// How values are rounded to the element; nullopt where kernels leave the codec to the definition.
constexpr std::optional<RoundingPlan> narrowPlan(const NarrowBlockCodec& codec) {
  // Else a scale of ModelOpt's may be zero, subnormal or no number.
  const float t = codec.tensorScale;
  if (codec.kind == NarrowBlockCodec::Kind::ModelOpt && !(t >= 0x1p-110F && t <= 0x1p110F)) return std::nullopt;
  return makeRoundingPlan({codec.element, Rounding::NearestEven, Overflow::Saturate});
}

}  // namespace ulpscope::kernels
