// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/quantize_blocks.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>

#include "kernels/cpu/round.h"
#include "kernels/plans/rounding_plan.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/quantize_blocks.cpp"
#include <hwy/foreach_target.h>  // before highway.h: includes this file once for each target

#include <hwy/highway.h>

#include "kernels/cpu/rounding_lanes.inl.h"
#include "kernels/cpu/vector_loop.inl.h"

#ifndef ULPSCOPE_QUANTIZE_BLOCKS_TABLES
#define ULPSCOPE_QUANTIZE_BLOCKS_TABLES
namespace ulpscope::kernels {
namespace {

/// To nearest even and saturating, so finite inputs need no Overflow.
constexpr RoundingPlan kE4m3 =
    *makeRoundingPlan({{.exponentBits = 4, .fractionBits = 3, .bias = 7, .specials = Specials::NanOnly},
                       Rounding::NearestEven,
                       Overflow::Saturate});
constexpr RoundingPlan kE5m2 =
    *makeRoundingPlan({{.exponentBits = 5, .fractionBits = 2, .bias = 15}, Rounding::NearestEven, Overflow::Saturate});

}  // namespace
}  // namespace ulpscope::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace ulpscope::kernels {
namespace HWY_NAMESPACE {

/// Precondition: there is one.
HWY_INLINE float firstOfMagnitude(const float* values, std::size_t size, std::int32_t magnitude) {
  const hn::ScalableTag<std::int32_t> di;
  const hn::RebindToFloat<decltype(di)> d;
  const auto wanted = hn::Set(di, magnitude);
  std::size_t i = 0;
  for (; i + hn::Lanes(di) <= size; i += hn::Lanes(di)) {
    const auto bits = hn::And(hn::BitCast(di, hn::LoadU(d, values + i)), hn::Set(di, INT32_MAX));
    const std::intptr_t lane = hn::FindFirstTrue(di, hn::Eq(bits, wanted));
    if (lane >= 0) return values[i + static_cast<std::size_t>(lane)];
  }
  return *std::find_if(values + i, values + size,
                       [=](float x) { return (std::bit_cast<std::int32_t>(x) & INT32_MAX) == magnitude; });
}

template <BlockCodec::Kind kKind>
HWY_INLINE BlockRange rangeOf(const float* values, std::size_t size) {
  const hn::ScalableTag<float> d;
  const hn::RebindToSigned<decltype(d)> di;
  auto largest = hn::Zero(di);  // magnitudes compare as integers; infinity and NaN are the largest of all
  auto lo = hn::Set(d, values[0]);
  auto hi = lo;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  const auto add = [&](auto x) {
    largest = hn::Max(largest, hn::And(hn::BitCast(di, x), hn::Set(di, INT32_MAX)));
    if constexpr (kKind == BlockCodec::Kind::Affine) {
      lo = hn::Min(lo, x);
      hi = hn::Max(hi, x);
    }
  };
  for (; i + lanes <= size; i += lanes) add(hn::LoadU(d, values + i));
  if (i < size) {
    HWY_ALIGN float last[hn::MaxLanes(d)];  // filled up with a value that is there anyway
    std::fill(std::copy(values + i, values + size, last), last + lanes, values[0]);
    add(hn::Load(d, last));
  }
  const std::int32_t magnitude = hn::GetLane(hn::MaxOfLanes(di, largest));
  BlockRange range{.finite = magnitude < 0x7F800000, .absMax = std::bit_cast<float>(magnitude)};
  if constexpr (kKind == BlockCodec::Kind::Affine) {
    range.lo = hn::GetLane(hn::MinOfLanes(d, lo));
    range.hi = hn::GetLane(hn::MaxOfLanes(d, hi));
  }
  if constexpr (kKind == BlockCodec::Kind::Q4_0) {
    if (range.finite && magnitude != 0) range.signedMax = firstOfMagnitude(values, size, magnitude);
  }
  return range;
}

/// rha(p) = truncate(p + copysign(h, p)), h the float below 1/2. For |p| = k + f, k whole, 0 <= f < 1, |p| < 2^22:
/// f >= 1/2: the sum is at least k + 1 - 2^-25, which rounds to k + 1, as the floats just below k + 1 are at least
/// 2^-24 apart and a tie (k = 0) goes to the even 1. f < 1/2: |p| is at most k + 1/2 - u, u its last place, so the sum
/// is at most k + 1 - u - 2^-25, below k + 1 by u or more once rounded (k = 0: 1 - 2^-24 exactly).
template <class D>
HWY_INLINE hn::Vec<D> beforeTruncation(D d, hn::Vec<D> p) {
  return hn::Add(p, hn::CopySignToAbs(hn::Set(d, 0x1.FFFFFEp-2F), p));
}

/// Codes of one vector of values, in the low byte of each lane.
template <BlockCodec::Kind kKind, class D>
class CodingLanes {
  using DI = hn::RebindToSigned<D>;
  using V = hn::Vec<D>;
  using VI = hn::Vec<DI>;

 public:
  explicit CodingLanes(const BlockCodec& codec) : m_float8(codec.divisor == 448 ? kE4m3 : kE5m2) {
    std::ranges::copy(nf4Midpoints(), m_midpoints.begin());
  }

  VI code(V x, const BlockRule& rule) const {
    constexpr BlockCoding kCoding = codingOf(kKind);
    const D d;
    const V operand = hn::Set(d, rule.operand);
    if constexpr (kCoding == BlockCoding::EvenProduct) {
      return hn::NearestInt(clamp(hn::Mul(x, operand), rule));  // limits are whole: clamping first changes nothing
    } else if constexpr (kCoding == BlockCoding::AwayProduct) {
      return hn::ConvertTo(DI(), beforeTruncation(d, clamp(hn::Mul(x, operand), rule)));
    } else if constexpr (kCoding == BlockCoding::AwayQuotient) {
      return hn::ConvertTo(DI(), beforeTruncation(d, clamp(hn::Div(x, operand), rule)));
    } else if constexpr (kCoding == BlockCoding::EvenQuotient) {
      const V whole = hn::Round(hn::Div(x, operand));
      return hn::ConvertTo(DI(), clamp(hn::Add(whole, hn::Set(d, rule.offset)), rule));
    } else if constexpr (kCoding == BlockCoding::Shifted) {
      return hn::ConvertTo(DI(), clamp(hn::Add(hn::Mul(x, operand), hn::Set(d, rule.offset)), rule));
    } else if constexpr (kCoding == BlockCoding::Nf4) {
      return midpointsBelow(hn::Mul(x, operand));
    } else {
      return RoundingLanes<LaneMode::NearestEven, false, D>(m_float8).encode(hn::Mul(x, operand));
    }
  }

 private:
  static V clamp(V value, const BlockRule& rule) {
    return hn::Min(hn::Max(value, hn::Set(D(), rule.low)), hn::Set(D(), rule.high));
  }

  VI midpointsBelow(V r) const {
    VI count = hn::Zero(DI());
    for (const float midpoint : m_midpoints)
      count = hn::Sub(count, hn::VecFromMask(DI(), hn::RebindMask(DI(), hn::Gt(r, hn::Set(D(), midpoint)))));
    return count;
  }

  const RoundingPlan& m_float8;
  std::array<float, 15> m_midpoints{};
};

template <class Lanes>
HWY_INLINE void encodeWith(const Lanes& lanes, const BlockRule& rule, const float* values, std::uint8_t* codes,
                           std::size_t size) {
  const hn::ScalableTag<float> d;
  const hn::RebindToUnsigned<decltype(d)> du;
  const hn::Rebind<std::uint8_t, decltype(d)> dCode;
  forEachVector(d, values, codes, size, [&](const float* from, std::uint8_t* to) {
    hn::StoreU(hn::TruncateTo(dCode, hn::BitCast(du, lanes.code(hn::LoadU(d, from), rule))), dCode, to);
  });
}

template <BlockCodec::Kind kKind>
void quantizeKind(const BlockCodec& codec, std::span<const float> values, const BlockCodes& out) {
  const CodingLanes<kKind, hn::ScalableTag<float>> lanes(codec);
  for (std::size_t block = 0; block < out.scales.size(); ++block) {
    const std::size_t first = block * codec.blockSize;
    const std::size_t size = std::min<std::size_t>(codec.blockSize, values.size() - first);
    const BlockRange range = rangeOf<kKind>(values.data() + first, size);
    const auto rule = blockRule<kKind>(codec, range, size < codec.blockSize);
    BlockScale stored;
    if (rule) {
      encodeWith(lanes, *rule, values.data() + first, out.codes.data() + first, size);
      stored = rule->stored;
    } else {
      stored = quantizeBlock(codec, values.subspan(first, size), out.codes.subspan(first, size));
    }
    out.scales[block] = stored.scale;
    if (codec.hasZeroPoints()) out.zeroPoints[block] = stored.zeroPoint;
  }
}

void quantizeAll(const BlockCodec& codec, std::span<const float> values, const BlockCodes& out) {
  withKind(codec.kind, [&]<BlockCodec::Kind kKind>() { quantizeKind<kKind>(codec, values, out); });
}

BlockRange oneRange(const BlockCodec& codec, const float* values, std::size_t size) {
  return withKind(codec.kind, [&]<BlockCodec::Kind kKind>() { return rangeOf<kKind>(values, size); });
}

void encodeOne(const BlockCodec& codec, const BlockRule& rule, const float* values, std::uint8_t* codes,
               std::size_t size) {
  withKind(codec.kind, [&]<BlockCodec::Kind kKind>() {
    encodeWith(CodingLanes<kKind, hn::ScalableTag<float>>(codec), rule, values, codes, size);
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace ulpscope::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ulpscope::kernels {

HWY_EXPORT(oneRange);
HWY_EXPORT(encodeOne);
HWY_EXPORT(quantizeAll);

BlockRange blockRange(const BlockCodec& codec, std::span<const float> values) {
  return HWY_DYNAMIC_DISPATCH(oneRange)(codec, values.data(), values.size());
}

void encodePart(const BlockCodec& codec, const BlockRule& rule, std::span<const float> values,
                std::span<std::uint8_t> codes) {
  HWY_DYNAMIC_DISPATCH(encodeOne)(codec, rule, values.data(), codes.data(), values.size());
}

void roundToBinary16(std::span<float> scales) {
  static constexpr auto kPlan = makeRoundingPlan({.spec = {.exponentBits = 5, .fractionBits = 10, .bias = 15}});
  roundValues(*kPlan, scales, scales, false);
}

void quantizeBlocks(const BlockCodec& codec, std::span<const float> values, const BlockCodes& out) {
  HWY_DYNAMIC_DISPATCH(quantizeAll)(codec, values, out);
  if (hasBinary16Scale(codec)) roundToBinary16(out.scales);
}

}  // namespace ulpscope::kernels
#endif
