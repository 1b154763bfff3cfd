// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/narrow_blocks.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <limits>

#include "kernels/plans/decoding_plan.h"
#include "kernels/plans/rounding_plan.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/narrow_blocks.cpp"
#include <hwy/foreach_target.h>  // before highway.h: includes this file once for each target

#include <hwy/highway.h>

#include "kernels/cpu/block_groups.inl.h"
#include "kernels/cpu/code_stores.inl.h"
#include "kernels/cpu/decoding_lanes.inl.h"
#include "kernels/cpu/rounding_lanes.inl.h"
#include "kernels/cpu/vector_loop.inl.h"

HWY_BEFORE_NAMESPACE();
namespace ulpscope::kernels {
namespace HWY_NAMESPACE {

using D = hn::ScalableTag<float>;
using DI = hn::RebindToSigned<D>;
using V = hn::Vec<D>;
using VI = hn::Vec<DI>;
constexpr std::size_t kLanes = hn::MaxLanes(D());

/// As many blocks at a time as a vector has lanes; see block_groups.inl.h.
template <NarrowBlockCodec::Kind kKind>
class NarrowGroup {
  using Kind = NarrowBlockCodec::Kind;
  using Rounding = RoundingLanes<LaneMode::NearestEven, RoundingPlan::Path::Adder, RoundingPlan::Care::Specials, D>;
  static constexpr std::size_t kBlockSize = kKind == Kind::MxFloor ? 32 : 16;
  static constexpr std::size_t kVectors = kBlockSize / kLanes;
  static_assert(kVectors > 0);

 public:
  NarrowGroup(const NarrowBlockCodec& codec, const RoundingPlan& plan) : m_codec(codec), m_rounding(plan) {
    assert(codec.blockSize == kBlockSize);
  }

  /// The last group may have fewer blocks.
  HWY_INLINE void encode(const float* values, std::size_t blocks, std::uint8_t* codes, float* scales) const {
    HWY_ALIGN float operands[kLanes];
    HWY_ALIGN float found[kLanes];
    const VI largest = maximaOfRows(DI(), [&](std::size_t block) {
      const float* const first = values + std::min(block, blocks - 1) * kBlockSize;
      VI bits = magnitude(first);
      for (std::size_t v = 1; v < kVectors; ++v) bits = hn::Max(bits, magnitude(first + v * kLanes));
      return bits;
    });
    if constexpr (kKind == Kind::MxFloor)
      findPowers(largest, found, operands);
    else
      hn::Store(modelOptScale(hn::BitCast(D(), largest)), D(), found);
    std::copy_n(found, blocks, scales);
    for (std::size_t block = 0; block < blocks; ++block) {
      const V operand = hn::Set(D(), kKind == Kind::MxFloor ? operands[block] : found[block]);
      for (std::size_t v = 0; v < kVectors; ++v) {
        const std::size_t i = block * kBlockSize + v * kLanes;
        askFor(values + kAhead + i);
        storeLowBytes(code(hn::LoadU(D(), values + i), operand), codes + i);
      }
    }
    if (kKind == Kind::ModelOpt || hn::AllFalse(DI(), hn::Gt(largest, hn::Set(DI(), 0x7F800000)))) return;
    for (std::size_t block = 0; block < blocks; ++block)
      if (std::isnan(found[block])) std::fill_n(codes + block * kBlockSize, kBlockSize, std::uint8_t{0});
  }

 private:
  static HWY_INLINE VI magnitude(const float* values) {
    return hn::And(hn::BitCast(DI(), hn::LoadU(D(), values)), hn::Set(DI(), INT32_MAX));
  }

  /// The exponent field of the scale is that of the largest magnitude, less the element's: of infinity too. 0, which is
  /// also where subnormal numbers and zero end, is 2^-127 in E8M0, as is 254 of the reciprocal.
  HWY_INLINE void findPowers(VI largest, float* scales, float* factors) const {
    const DI di;
    const VI field = hn::Max(hn::Sub(hn::ShiftRight<23>(largest), hn::Set(di, m_codec.largestExponent)), hn::Zero(di));
    const V scale = power(field);
    const auto isNan = hn::RebindMask(D(), hn::Gt(largest, hn::Set(di, 0x7F800000)));
    hn::Store(hn::IfThenElse(isNan, hn::Set(D(), std::numeric_limits<float>::quiet_NaN()), scale), D(), scales);
    hn::Store(power(hn::Sub(hn::Set(di, 254), field)), D(), factors);
  }
  /// 2^(field - 127), field from 0 to 254.
  static HWY_INLINE V power(VI field) {
    return hn::BitCast(D(), hn::Max(hn::ShiftLeft<23>(field), hn::Set(DI(), 1 << 22)));
  }

  /// e4m3(clamp(a / (6 t), 2^-9, 448)) t; 1 in place of a quotient of 0.
  HWY_INLINE V modelOptScale(V largest) const {
    const D d;
    const V quotient = hn::Div(largest, hn::Set(d, 6 * m_codec.tensorScale));
    const V orOne = hn::IfThenElse(hn::Eq(quotient, hn::Zero(d)), hn::Set(d, 1), quotient);
    const V clamped = hn::Min(hn::Max(orOne, hn::Set(d, 0x1p-9F)), hn::Set(d, 448));
    const V adder = hn::Set(d, 0x1p14F);  // its last place is that of E4M3's subnormal numbers
    const V subnormal = hn::Sub(hn::Add(clamped, adder), adder);
    const VI bits = hn::BitCast(DI(), clamped);
    const VI odd = hn::And(hn::ShiftRight<20>(bits), hn::Set(DI(), 1));
    const VI rounded = hn::AndNot(hn::Set(DI(), 0xFFFFF), hn::Add(hn::Add(bits, hn::Set(DI(), 0x7FFFF)), odd));
    const auto isSubnormal = hn::Lt(clamped, hn::Set(d, 0x1p-6F));
    return hn::Mul(hn::IfThenElse(isSubnormal, subnormal, hn::BitCast(d, rounded)), hn::Set(d, m_codec.tensorScale));
  }

  HWY_INLINE VI code(V x, V operand) const {
    if constexpr (kKind == Kind::MxFloor) return m_rounding.encode(hn::Mul(x, operand));
    return m_rounding.encode(hn::Add(hn::Div(x, operand), hn::Zero(D())));  // -0 is 0
  }

  NarrowBlockCodec m_codec;
  Rounding m_rounding;
};

template <NarrowBlockCodec::Kind kKind>
void encodeKind(const NarrowBlockCodec& codec, const RoundingPlan& plan, std::span<const float> values,
                std::uint8_t* codes, std::span<float> scales) {
  const NarrowGroup<kKind> group(codec, plan);
  for (std::size_t block = 0; block < scales.size(); block += kLanes) {
    const std::size_t first = block * codec.blockSize;
    group.encode(values.data() + first, std::min(kLanes, scales.size() - block), codes + first, &scales[block]);
  }
}

void encodeAll(const NarrowBlockCodec& codec, const RoundingPlan& plan, std::span<const float> values,
               std::uint8_t* codes, std::span<float> scales) {
  if (codec.kind == NarrowBlockCodec::Kind::MxFloor)
    encodeKind<NarrowBlockCodec::Kind::MxFloor>(codec, plan, values, codes, scales);
  else
    encodeKind<NarrowBlockCodec::Kind::ModelOpt>(codec, plan, values, codes, scales);
}

void decodeAll(const NarrowBlockCodec& codec, const DecodingPlan& plan, std::span<const std::uint8_t> codes,
               std::span<const float> scales, float* values) {
  const D d;
  const hn::Rebind<std::uint8_t, D> dCode;
  const DecodingLanes<DecodingPlan::Kind::Rebiased, D> lanes(plan);
  const bool addsZero = codec.kind == NarrowBlockCodec::Kind::ModelOpt;  // there is no negative zero
  for (std::size_t block = 0; block < scales.size(); ++block) {
    const V scale = hn::Set(d, scales[block]);
    for (std::size_t i = block * codec.blockSize; i < (block + 1) * codec.blockSize; i += kLanes) {
      const V value = hn::Mul(lanes.decode(hn::PromoteTo(DI(), hn::LoadU(dCode, codes.data() + i))), scale);
      hn::StoreU(addsZero ? hn::Add(value, hn::Zero(d)) : value, d, values + i);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace ulpscope::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ulpscope::kernels {

HWY_EXPORT(encodeAll);
HWY_EXPORT(decodeAll);

bool encodeNarrowBlocks(const NarrowBlockCodec& codec, std::span<const float> values, std::span<std::uint8_t> codes,
                        std::span<float> scales) {
  assert(values.size() == scales.size() * codec.blockSize && codes.size() == values.size());
  // Else a scale of ModelOpt's may be zero, subnormal or no number.
  const float t = codec.tensorScale;
  if (codec.kind == NarrowBlockCodec::Kind::ModelOpt && !(t >= 0x1p-110F && t <= 0x1p110F)) return false;
  const auto plan = makeRoundingPlan({codec.element, Rounding::NearestEven, Overflow::Saturate});
  if (!plan || plan->path != RoundingPlan::Path::Adder || plan->care > RoundingPlan::Care::Specials) return false;
  HWY_DYNAMIC_DISPATCH(encodeAll)(codec, *plan, values, codes.data(), scales);
  return true;
}

bool decodeNarrowBlocks(const NarrowBlockCodec& codec, std::span<const std::uint8_t> codes,
                        std::span<const float> scales, std::span<float> values) {
  assert(values.size() == scales.size() * codec.blockSize && codes.size() == values.size());
  const auto plan = makeDecodingPlan(codec.element);
  if (!plan || plan->kind != DecodingPlan::Kind::Rebiased) return false;
  HWY_DYNAMIC_DISPATCH(decodeAll)(codec, *plan, codes, scales, values.data());
  return true;
}

}  // namespace ulpscope::kernels
#endif
