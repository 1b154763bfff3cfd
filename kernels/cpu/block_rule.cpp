// SPDX-License-Identifier: Apache-2.0
// What core/quantization/block_codec.h defines for finite blocks, up to the loop over the values.
#include <algorithm>
#include <cmath>

#include "kernels/cpu/quantize_blocks.h"
#include "kernels/cpu/round.h"

namespace ulpscope::kernels {
namespace {

using Coding = BlockRule::Coding;
using Kind = BlockCodec::Kind;

BlockRule affineRule(const BlockCodec& codec, const BlockRange& range) {
  const float lo = codec.includeZero ? std::min(range.lo, 0.0F) : range.lo;
  const float hi = codec.includeZero ? std::max(range.hi, 0.0F) : range.hi;
  const float scale = lo == hi ? 1 : (hi - lo) / static_cast<float>(codec.high - codec.low);
  const float zero = static_cast<float>(codec.low) - std::nearbyint(lo / scale);
  constexpr float kLargestZeroPoint = 0x1p30F;
  const float clamped = std::isnan(zero) ? 0 : std::clamp(zero, -kLargestZeroPoint, kLargestZeroPoint);
  return {.coding = Coding::EvenQuotient,
          .operand = scale,
          .offset = clamped,
          .low = static_cast<float>(codec.low),
          .high = static_cast<float>(codec.high),
          .stored = {scale, static_cast<std::int32_t>(clamped)}};
}

BlockRule ruleOf(const BlockCodec& codec, const BlockRange& range) {
  const float a = range.absMax;
  const auto low = static_cast<float>(codec.low);
  const auto high = static_cast<float>(codec.high);
  switch (codec.kind) {
    case Kind::Absmax:
      return {.coding = Coding::EvenProduct,
              .operand = a == 0 ? 0 : codec.divisor / a,
              .low = low,
              .high = high,
              .stored = {a / codec.divisor}};
    case Kind::BnbInt8:
      return {.coding = Coding::EvenProduct, .operand = a == 0 ? 0 : 127 / a, .low = -127, .high = 127, .stored = {a}};
    case Kind::Q8_0Avx2:
      return {.coding = Coding::EvenProduct,
              .operand = a == 0 ? 0 : 127 / a,
              .low = -128,
              .high = 127,
              .stored = {a / 127}};
    case Kind::Q8_0: {
      const float d = a / 127;
      return {.coding = Coding::AwayProduct, .operand = d == 0 ? 0 : 1 / d, .low = -128, .high = 127, .stored = {d}};
    }
    case Kind::CompressedInt: {
      const float d = a / codec.divisor;
      const float scale = d == 0 ? std::numeric_limits<float>::epsilon() : d;
      return {.coding = Coding::EvenQuotient, .operand = scale, .low = low, .high = high, .stored = {scale}};
    }
    case Kind::EetqInt8: {
      const float s = a * (1.0F / 128);
      return {.coding = Coding::AwayQuotient, .operand = s, .low = -128, .high = 127, .stored = {s}};
    }
    case Kind::Affine:
      return affineRule(codec, range);
    case Kind::Nf4:
      return {.coding = Coding::Nf4, .operand = 1 / std::max(a, 1e-38F), .stored = {a}};
    case Kind::Q4_0: {
      const float d = range.signedMax / -8;
      return {.coding = Coding::Shifted,
              .operand = d == 0 ? 0 : 1 / d,
              .offset = 8.5F,
              .low = 0,
              .high = 15,
              .stored = {d}};
    }
    case Kind::ScaledFloat8: {
      const float s = codec.divisor / std::max(a, 1e-12F);
      return {.coding = Coding::Float8, .operand = s, .isE4m3 = codec.divisor == 448, .stored = {1 / s}};
    }
  }
  return {};
}

bool divides(Coding coding) { return coding == Coding::EvenQuotient || coding == Coding::AwayQuotient; }

}  // namespace

void BlockRange::merge(const BlockRange& later) {
  finite = finite && later.finite;
  if (later.absMax > absMax) {
    absMax = later.absMax;
    signedMax = later.signedMax;
  }
  lo = std::min(lo, later.lo);
  hi = std::max(hi, later.hi);
}

std::optional<BlockRule> blockRule(const BlockCodec& codec, const BlockRange& range, bool isShort) {
  if (!range.finite || (codec.kind == Kind::Nf4 && isShort)) return std::nullopt;
  const BlockRule rule = ruleOf(codec, range);
  // With x finite and the operand finite, and a normal number where it divides, no product or quotient of a block is
  // NaN: each is at most a few hundred in magnitude, or, in Affine without zero, a few times 2^32.
  if (!std::isfinite(rule.operand) || (divides(rule.coding) && !std::isnormal(rule.operand))) return std::nullopt;
  return rule;
}

bool hasBinary16Scale(const BlockCodec& codec) {
  return codec.kind == Kind::Q8_0 || codec.kind == Kind::Q8_0Avx2 || codec.kind == Kind::Q4_0 ||
         codec.kind == Kind::EetqInt8;
}

void roundToBinary16(std::span<float> scales) {
  static constexpr auto kPlan = makeRoundingPlan({.spec = {.exponentBits = 5, .fractionBits = 10, .bias = 15}});
  roundValues(*kPlan, scales, scales, false);
}

}  // namespace ulpscope::kernels
