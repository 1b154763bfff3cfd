// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/quantize_blocks.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>

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

enum class RangeNeed { AbsMax, MinMax, SignedMax };

RangeNeed rangeNeed(const BlockCodec& codec) {
  switch (codec.kind) {
    case BlockCodec::Kind::Affine:
      return RangeNeed::MinMax;
    case BlockCodec::Kind::Q4_0:
      return RangeNeed::SignedMax;
    default:
      return RangeNeed::AbsMax;
  }
}

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

template <RangeNeed kNeed>
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
    if constexpr (kNeed == RangeNeed::MinMax) {
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
  if constexpr (kNeed == RangeNeed::MinMax) {
    range.lo = hn::GetLane(hn::MinOfLanes(d, lo));
    range.hi = hn::GetLane(hn::MaxOfLanes(d, hi));
  }
  if constexpr (kNeed == RangeNeed::SignedMax) {
    const auto isLargest = [&](float x) { return (std::bit_cast<std::int32_t>(x) & INT32_MAX) == magnitude; };
    if (range.finite && magnitude != 0) range.signedMax = *std::find_if(values, values + size, isLargest);
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
template <BlockRule::Coding kCoding, class D>
class CodingLanes {
  using Coding = BlockRule::Coding;
  using DI = hn::RebindToSigned<D>;
  using V = hn::Vec<D>;
  using VI = hn::Vec<DI>;

 public:
  explicit CodingLanes(const BlockRule& rule) : m_rule(rule), m_float8(rule.isE4m3 ? kE4m3 : kE5m2) {}

  VI code(V x) const {
    const D d;
    const V operand = hn::Set(d, m_rule.operand);
    if constexpr (kCoding == Coding::EvenProduct) {
      return hn::NearestInt(clamp(hn::Mul(x, operand)));  // limits are whole: clamping first changes nothing
    } else if constexpr (kCoding == Coding::AwayProduct) {
      return hn::ConvertTo(DI(), beforeTruncation(d, clamp(hn::Mul(x, operand))));
    } else if constexpr (kCoding == Coding::AwayQuotient) {
      return hn::ConvertTo(DI(), beforeTruncation(d, clamp(hn::Div(x, operand))));
    } else if constexpr (kCoding == Coding::EvenQuotient) {
      const V whole = hn::Round(hn::Div(x, operand));
      return hn::ConvertTo(DI(), clamp(hn::Add(whole, hn::Set(d, m_rule.offset))));
    } else if constexpr (kCoding == Coding::Shifted) {
      return hn::ConvertTo(DI(), clamp(hn::Add(hn::Mul(x, operand), hn::Set(d, m_rule.offset))));
    } else if constexpr (kCoding == Coding::Nf4) {
      return midpointsBelow(hn::Mul(x, operand));
    } else {
      return RoundingLanes<LaneMode::NearestEven, false, D>(m_float8).encode(hn::Mul(x, operand));
    }
  }

 private:
  V clamp(V value) const { return hn::Min(hn::Max(value, hn::Set(D(), m_rule.low)), hn::Set(D(), m_rule.high)); }

  static VI midpointsBelow(V r) {
    VI count = hn::Zero(DI());
    for (const float midpoint : nf4Midpoints())
      count = hn::Sub(count, hn::VecFromMask(DI(), hn::RebindMask(DI(), hn::Gt(r, hn::Set(D(), midpoint)))));
    return count;
  }

  BlockRule m_rule;
  RoundingPlan m_float8;
};

template <BlockRule::Coding kCoding>
HWY_INLINE void encodeWith(const BlockRule& rule, const float* values, std::uint8_t* codes, std::size_t size) {
  const hn::ScalableTag<float> d;
  const hn::RebindToUnsigned<decltype(d)> du;
  const hn::Rebind<std::uint8_t, decltype(d)> dCode;
  const CodingLanes<kCoding, decltype(d)> lanes(rule);
  forEachVector(d, values, codes, size, [&](const float* from, std::uint8_t* to) {
    hn::StoreU(hn::TruncateTo(dCode, hn::BitCast(du, lanes.code(hn::LoadU(d, from)))), dCode, to);
  });
}

void encodeOne(const BlockRule& rule, const float* values, std::uint8_t* codes, std::size_t size) {
  using Coding = BlockRule::Coding;
  switch (rule.coding) {
    case Coding::EvenProduct:
      return encodeWith<Coding::EvenProduct>(rule, values, codes, size);
    case Coding::AwayProduct:
      return encodeWith<Coding::AwayProduct>(rule, values, codes, size);
    case Coding::EvenQuotient:
      return encodeWith<Coding::EvenQuotient>(rule, values, codes, size);
    case Coding::AwayQuotient:
      return encodeWith<Coding::AwayQuotient>(rule, values, codes, size);
    case Coding::Shifted:
      return encodeWith<Coding::Shifted>(rule, values, codes, size);
    case Coding::Nf4:
      return encodeWith<Coding::Nf4>(rule, values, codes, size);
    case Coding::Float8:
      return encodeWith<Coding::Float8>(rule, values, codes, size);
  }
}

BlockRange oneRange(const BlockCodec& codec, const float* values, std::size_t size) {
  switch (rangeNeed(codec)) {
    case RangeNeed::AbsMax:
      return rangeOf<RangeNeed::AbsMax>(values, size);
    case RangeNeed::MinMax:
      return rangeOf<RangeNeed::MinMax>(values, size);
    case RangeNeed::SignedMax:
      return rangeOf<RangeNeed::SignedMax>(values, size);
  }
  return {};
}

void quantizeAll(const BlockCodec& codec, std::span<const float> values, const BlockCodes& out) {
  for (std::size_t block = 0; block < out.scales.size(); ++block) {
    const std::size_t first = block * codec.blockSize;
    const std::size_t size = std::min<std::size_t>(codec.blockSize, values.size() - first);
    const auto rule = blockRule(codec, oneRange(codec, values.data() + first, size), size < codec.blockSize);
    BlockScale stored;
    if (rule) {
      encodeOne(*rule, values.data() + first, out.codes.data() + first, size);
      stored = rule->stored;
    } else {
      stored = quantizeBlock(codec, values.subspan(first, size), out.codes.subspan(first, size));
    }
    out.scales[block] = stored.scale;
    if (codec.hasZeroPoints()) out.zeroPoints[block] = stored.zeroPoint;
  }
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

void encodeBlock(const BlockRule& rule, std::span<const float> values, std::span<std::uint8_t> codes) {
  HWY_DYNAMIC_DISPATCH(encodeOne)(rule, values.data(), codes.data(), values.size());
}

void quantizeBlocks(const BlockCodec& codec, std::span<const float> values, const BlockCodes& out) {
  HWY_DYNAMIC_DISPATCH(quantizeAll)(codec, values, out);
  if (hasBinary16Scale(codec)) roundToBinary16(out.scales);
}

}  // namespace ulpscope::kernels
#endif
