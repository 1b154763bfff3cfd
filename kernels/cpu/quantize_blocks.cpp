// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/quantize_blocks.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>

#include "core/formats/float16_spec.h"
#include "kernels/cpu/round.h"
#include "kernels/plans/block_kinds.h"
#include "kernels/plans/rounding_plan.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/quantize_blocks.cpp"
#include <hwy/foreach_target.h>  // before highway.h: includes this file once for each target

#include <hwy/highway.h>

#include "kernels/cpu/block_groups.inl.h"
#include "kernels/cpu/code_stores.inl.h"
#include "kernels/cpu/rounding_lanes.inl.h"

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
static_assert(kE4m3.care == RoundingPlan::Care::Plain && kE5m2.care == RoundingPlan::Care::Plain);

}  // namespace
}  // namespace ulpscope::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace ulpscope::kernels {
namespace HWY_NAMESPACE {

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
      using Lanes = RoundingLanes<LaneMode::NearestEven, RoundingPlan::Path::Adder, RoundingPlan::Care::Plain, D>;
      return Lanes(m_float8).encode(hn::Mul(x, operand));
    }
  }

 private:
  static HWY_INLINE V clamp(V value, const BlockRule& rule) {
    return hn::Min(hn::Max(value, hn::Set(D(), rule.low)), hn::Set(D(), rule.high));
  }

  HWY_INLINE VI midpointsBelow(V r) const {
    VI count = hn::Zero(DI());
    for (const float midpoint : m_midpoints)
      count = hn::Sub(count, hn::VecFromMask(DI(), hn::RebindMask(DI(), hn::Gt(r, hn::Set(D(), midpoint)))));
    return count;
  }

  const RoundingPlan& m_float8;
  std::array<float, 15> m_midpoints{};
};

template <class D, class Lanes>
struct CodedByRule {
  Lanes lanes;
  BlockRule rule;
  std::size_t next;  ///< elements from here to the same place in the block whose range is found next; or 0
  HWY_INLINE auto operator()(const float* from) const {
    askFor(from + next);
    return lowByte(lanes.code(hn::LoadU(D(), from), rule));
  }
};

template <class Lanes>
HWY_INLINE void encodeWith(const Lanes& lanes, const BlockRule& rule, const float* values, std::uint8_t* codes,
                           std::size_t size, bool stream, std::size_t next) {
  const hn::ScalableTag<float> d;
  writeCodes(d, values, codes, size, stream, CodedByRule<decltype(d), Lanes>{lanes, rule, next});
}

template <BlockCodec::Kind kKind>
void quantizeOneByOne(const BlockCodec& codec, std::span<const float> values, const BlockCodes& out, bool stream) {
  const CodingLanes<kKind, hn::ScalableTag<float>> lanes(codec);
  for (std::size_t block = 0; block < out.scales.size(); ++block) {
    const std::size_t first = block * codec.blockSize;
    const std::size_t size = std::min<std::size_t>(codec.blockSize, values.size() - first);
    const BlockRange range = rangeOf<kKind>(values.data() + first, size);
    const auto rule = blockRule<kKind>(codec, range, size < codec.blockSize);
    BlockScale stored;
    if (rule) {
      encodeWith(lanes, *rule, values.data() + first, out.codes.data() + first, size, stream, size);
      stored = rule->stored;
    } else {
      stored = quantizeBlock(codec, values.subspan(first, size), out.codes.subspan(first, size));
    }
    out.scales[block] = stored.scale;
    if (codec.hasZeroPoints()) out.zeroPoints[block] = stored.zeroPoint;
  }
}

/// Groups, and one by one the blocks of those that cannot be done so and the blocks after the last group.
template <BlockCodec::Kind kKind, std::size_t kBlockSize>
void quantizeGroups(const BlockCodec& codec, std::span<const float> values, const BlockCodes& out, bool stream) {
  using Group = BlockGroup<kKind, kBlockSize>;
  const Group group(codec);
  const bool streamsGroups = stream && isAligned(out.codes.data());
  const auto oneByOne = [&](std::size_t block, std::size_t blocks) {
    const std::size_t first = block * kBlockSize;
    const std::size_t size = std::min(blocks * kBlockSize, values.size() - first);
    quantizeOneByOne<kKind>(codec, values.subspan(first, size),
                            {out.codes.subspan(first, size), out.scales.subspan(block, blocks), {}}, stream);
  };
  const std::size_t groups = values.size() / kBlockSize / Group::kBlocks;
  forEachStep(groups, worthTwoPlaces(values.size_bytes()), [&](std::size_t index) {
    const std::size_t block = index * Group::kBlocks;
    const std::size_t first = block * kBlockSize;
    if (!group.quantize(values.data() + first, out.codes.data() + first, out.scales.data() + block, streamsGroups))
        [[unlikely]]
      oneByOne(block, Group::kBlocks);
  });
  const std::size_t done = groups * Group::kBlocks;
  if (done < out.scales.size()) oneByOne(done, out.scales.size() - done);
}

template <BlockCodec::Kind kKind>
void quantizeKind(const BlockCodec& codec, std::span<const float> values, const BlockCodes& out, bool stream) {
  if constexpr (kHasGroups<kKind>) {
    if (codec.blockSize == 32) return quantizeGroups<kKind, 32>(codec, values, out, stream);
    if (codec.blockSize == 64) return quantizeGroups<kKind, 64>(codec, values, out, stream);
    if (codec.blockSize == 128) return quantizeGroups<kKind, 128>(codec, values, out, stream);
  }
  quantizeOneByOne<kKind>(codec, values, out, stream);
}

void quantizeAll(const BlockCodec& codec, std::span<const float> values, const BlockCodes& out, bool stream) {
  withCodecKind(codec.kind, [&]<BlockCodec::Kind kKind>() { quantizeKind<kKind>(codec, values, out, stream); });
  if (stream) hwy::FlushStream();
}

BlockRange oneRange(const BlockCodec& codec, const float* values, std::size_t size) {
  return withCodecKind(codec.kind, [&]<BlockCodec::Kind kKind>() { return rangeOf<kKind>(values, size); });
}

void encodeOne(const BlockCodec& codec, const BlockRule& rule, const float* values, std::uint8_t* codes,
               std::size_t size, bool stream) {
  withCodecKind(codec.kind, [&]<BlockCodec::Kind kKind>() {
    encodeWith(CodingLanes<kKind, hn::ScalableTag<float>>(codec), rule, values, codes, size, stream, 0);
  });
  if (stream) hwy::FlushStream();
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
                std::span<std::uint8_t> codes, bool stream) {
  HWY_DYNAMIC_DISPATCH(encodeOne)(codec, rule, values.data(), codes.data(), values.size(), stream);
}

void roundToBinary16(std::span<float> scales) {
  static constexpr auto kPlan = makeRoundingPlan({kFloat16Spec});
  roundValues(*kPlan, scales, scales, false);
}

void quantizeBlocks(const BlockCodec& codec, std::span<const float> values, const BlockCodes& out, bool stream) {
  HWY_DYNAMIC_DISPATCH(quantizeAll)(codec, values, out, stream);
  if (hasBinary16Scale(codec)) roundToBinary16(out.scales);
}

}  // namespace ulpscope::kernels
#endif
