// SPDX-License-Identifier: Apache-2.0
// Included once for each instruction set, after hwy/highway.h, so neither #pragma once nor a usual guard will do.
#if defined(ULPSCOPE_BLOCK_GROUPS) == defined(HWY_TARGET_TOGGLE)
#ifdef ULPSCOPE_BLOCK_GROUPS
#undef ULPSCOPE_BLOCK_GROUPS
#else
#define ULPSCOPE_BLOCK_GROUPS
#endif

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "core/quantization/block_codec.h"
#include "kernels/cpu/code_stores.inl.h"
#include "kernels/cpu/vector_loop.inl.h"
#include "kernels/cpu/whole_numbers.inl.h"

// Small blocks, as many at a time as a vector has lanes: first the maxima of all, a lane for each block; then what
// follows from them, two divisions above all, in lanes; then the codes. A block alone waits for each of these in turn.
HWY_BEFORE_NAMESPACE();
namespace ulpscope::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// The first value of this magnitude, given by its bits. Precondition: there is one.
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

/// rha(p) = truncate(p + copysign(h, p)), h the float below 1/2. For |p| = k + f, k whole, 0 <= f < 1, |p| < 2^22:
/// f >= 1/2: the sum is at least k + 1 - 2^-25, which rounds to k + 1, as the floats just below k + 1 are at least
/// 2^-24 apart and a tie (k = 0) goes to the even 1. f < 1/2: |p| is at most k + 1/2 - u, u its last place, so the sum
/// is at most k + 1 - u - 2^-25, below k + 1 by u or more once rounded (k = 0: 1 - 2^-24 exactly).
template <class D>
HWY_INLINE hn::Vec<D> beforeTruncation(D d, hn::Vec<D> p) {
  return hn::Add(p, hn::CopySignToAbs(hn::Set(d, 0x1.FFFFFEp-2F), p));
}

/// The low byte of each lane is that of the integer nearest to `v`, ties to even; the other bytes mean nothing. The
/// last place of 1.5 * 2^23 + v is 1, so the adder rounds, and the sum's bits are those of 1.5 * 2^23, whose low 22 are
/// zero, plus the integer.
template <class V>
HWY_INLINE auto nearestLowByte(V v) {
  const hn::DFromV<V> d;
  return hn::BitCast(hn::RebindToSigned<decltype(d)>(), hn::Add(v, hn::Set(d, 0x1.8p23F)));
}

/// Lane i of the result is the maximum of the lanes of row(i), i below Lanes(d): each step halves the rows, putting two
/// rows' halves beside each other. About three operations a row, where a reduction of each row alone takes twice
/// log2(Lanes(d)).
template <class D, class Row>
HWY_INLINE hn::Vec<D> maximaOfRows(D d, const Row& row) {
  const hn::Repartition<std::uint64_t, D> d64;
  // Rows of two neighbouring indices, then pairs: [a b c d] in each 16 bytes, each over the lanes of its own 16 bytes.
  const auto pair = [&](std::size_t i) {
    const auto a = row(i);
    const auto b = row(i + 1);
    return hn::BitCast(d64, hn::Max(hn::InterleaveLower(d, a, b), hn::InterleaveUpper(d, a, b)));
  };
  const auto four = [&](std::size_t i) {
    const auto ab = pair(i);
    const auto cd = pair(i + 2);
    return hn::Max(hn::BitCast(d, hn::InterleaveLower(d64, ab, cd)), hn::BitCast(d, hn::InterleaveUpper(d64, ab, cd)));
  };
  // Of blocks of 16 bytes: [p0 p1 ..], [q0 q1 ..] to [p0|p1 q0|q1 ..].
  [[maybe_unused]] const auto neighbours = [&](auto p, auto q) {
    return hn::Max(hn::OddEvenBlocks(q, p), hn::SwapAdjacentBlocks(hn::OddEvenBlocks(p, q)));
  };
  if constexpr (hn::MaxLanes(D()) == 4) {
    return four(0);
  } else if constexpr (hn::MaxLanes(D()) == 8) {
    return neighbours(four(0), four(4));
  } else {
    static_assert(hn::MaxLanes(D()) == 16);
    // [p0|p2 p1|p3 r0|r2 r1|r3]
    const auto halves = [&](auto p, auto r) {
      return hn::Max(hn::ConcatLowerLower(d, r, p), hn::ConcatUpperUpper(d, r, p));
    };
    return neighbours(halves(four(0), four(8)), halves(four(4), four(12)));
  }
}

/// Whether groups of such blocks can be done here.
template <BlockCodec::Kind kKind>
constexpr bool kHasGroups =
    kKind == BlockCodec::Kind::Absmax || kKind == BlockCodec::Kind::BnbInt8 || kKind == BlockCodec::Kind::Q8_0 ||
    kKind == BlockCodec::Kind::Q8_0Avx2 || kKind == BlockCodec::Kind::Q4_0 || kKind == BlockCodec::Kind::Nf4;

/// Quantizes Lanes blocks of kBlockSize values at a time; the arithmetic is ruleOf's of block_rule.h.
template <BlockCodec::Kind kKind, std::size_t kBlockSize>
class BlockGroup {
  using Kind = BlockCodec::Kind;
  using D = hn::ScalableTag<float>;
  using DI = hn::RebindToSigned<D>;
  using DU = hn::RebindToUnsigned<D>;
  using V = hn::Vec<D>;
  using VI = hn::Vec<DI>;
  static constexpr std::size_t kLanes = hn::MaxLanes(D());
  static constexpr std::size_t kVectors = kBlockSize / kLanes;  ///< in a block
  static_assert(kHasGroups<kKind> && kVectors > 0 && kBlockSize % kLanes == 0);

 public:
  static constexpr std::size_t kBlocks = kLanes;

  explicit BlockGroup(const BlockCodec& codec)
      : m_divisor(codec.divisor), m_low(static_cast<float>(codec.low)), m_high(static_cast<float>(codec.high)) {
    std::ranges::copy(nf4Midpoints(), m_midpoints.begin());
    for (std::size_t step = 0; step < m_next.size(); ++step)
      for (std::size_t found = 0; found < 16; ++found)
        m_next[step][found] = m_midpoints[std::min<std::size_t>(14, found + (std::size_t{4} >> step) - 1)];
  }

  /// False where a block needs another path (a value that is not finite, or an operand that is not): what was written
  /// means nothing then.
  ///
  /// The maxima read the group in one burst, too short for the hardware to see a stream coming; so the next group is
  /// asked for while codes are computed, which is worth up to a third of the time. With `stream`, for aligned `codes`,
  /// they are written past the caches; the caller flushes.
  HWY_INLINE bool quantize(const float* values, std::uint8_t* codes, float* scales, bool stream) const {
    const hn::ScalableTag<std::uint8_t> dCodes;
    HWY_ALIGN float operands[kBlocks];
    if (!findOperands(values, operands, scales)) return false;
    constexpr std::size_t kSize = kBlocks * kBlockSize;
    for (std::size_t first = 0; first < kSize; first += hn::Lanes(dCodes)) {
      const auto packed = packedCodes<std::uint8_t>([&](std::size_t v) {
        const std::size_t i = first + v * kLanes;
        askFor(values + kSize + i);
        return code(hn::LoadU(D(), values + i), hn::Set(D(), operands[i / kBlockSize]));
      });
      store(packed, dCodes, codes + first, stream);
    }
    return true;
  }

 private:
  /// The maximum of each block's floats' bits as integers of `dBits`, after `map`.
  template <class DBits, class Map>
  static HWY_INLINE hn::Vec<DBits> maximaOfBlocks(DBits dBits, const float* values, const Map& map) {
    return maximaOfRows(dBits, [&](std::size_t block) {
      const auto vector = [&](std::size_t v) {
        return map(hn::BitCast(dBits, hn::LoadU(D(), values + block * kBlockSize + v * kLanes)));
      };
      auto largest = vector(0);
      for (std::size_t v = 1; v < kVectors; ++v) largest = hn::Max(largest, vector(v));
      return largest;
    });
  }

  HWY_INLINE bool findOperands(const float* values, float* operands, float* scales) const {
    const D d;
    const VI magnitudeBits = hn::Set(DI(), INT32_MAX);
    V a;
    if constexpr (kKind == Kind::Q4_0)
      a = signedMaxima(values);
    else
      a = hn::BitCast(d, maximaOfBlocks(DI(), values, [&](VI bits) { return hn::And(bits, magnitudeBits); }));
    const Rule rule = ruleOfAll(a);
    hn::StoreU(rule.operand, d, operands);
    hn::StoreU(rule.scale, d, scales);
    const VI larger =
        hn::Max(hn::And(hn::BitCast(DI(), a), magnitudeBits), hn::And(hn::BitCast(DI(), rule.operand), magnitudeBits));
    return hn::AllTrue(DI(), hn::Lt(larger, hn::Set(DI(), 0x7F800000)));
  }

  struct Rule {
    V operand;
    V scale;
  };

  /// `a` is m in Q4_0.
  HWY_INLINE Rule ruleOfAll(V a) const {
    const D d;
    const auto unlessZero = [&](V divisor, V quotient) {
      return hn::IfThenZeroElse(hn::Eq(divisor, hn::Zero(d)), quotient);
    };
    const V one = hn::Set(d, 1.0F);
    if constexpr (kKind == Kind::Absmax) {
      const V divisor = hn::Set(d, m_divisor);
      return {unlessZero(a, hn::Div(divisor, a)), hn::Div(a, divisor)};
    } else if constexpr (kKind == Kind::BnbInt8) {
      return {unlessZero(a, hn::Mul(hn::Div(one, a), hn::Set(d, 127.0F))), a};
    } else if constexpr (kKind == Kind::Q8_0Avx2) {
      const V divisor = hn::Set(d, 127.0F);
      return {unlessZero(a, hn::Div(divisor, a)), hn::Div(a, divisor)};
    } else if constexpr (kKind == Kind::Nf4) {
      return {hn::Div(one, hn::Max(a, hn::Set(d, 1e-38F))), a};
    } else {
      const V scale = hn::Div(a, hn::Set(d, kKind == Kind::Q8_0 ? 127.0F : -8.0F));
      return {unlessZero(scale, hn::Div(one, scale)), scale};
    }
  }

  /// Of each block the first value of largest magnitude. As integers floats of clear sign bit ascend with their
  /// magnitude and, unsigned, are below all others, which ascend with theirs: the signed maximum is the largest
  /// positive value, where there is one, the unsigned one the lowest negative value. NaN and infinity are beyond the
  /// finite ones.
  HWY_INLINE V signedMaxima(const float* values) const {
    const D d;
    const VI zero = hn::Zero(DI());
    const VI positive = hn::Max(zero, maximaOfBlocks(DI(), values, std::identity()));
    const auto lowest = maximaOfBlocks(DU(), values, std::identity());
    // The magnitude of `lowest`, or 0 where no sign bit is set.
    const VI lowestBits = hn::BitCast(DI(), lowest);
    const VI negative = hn::IfThenElseZero(hn::Lt(lowestBits, zero), hn::And(lowestBits, hn::Set(DI(), INT32_MAX)));
    const V m = hn::BitCast(d, hn::IfThenElse(hn::Gt(negative, positive), lowestBits, positive));
    const auto both = hn::And(hn::Eq(negative, positive), hn::Gt(positive, zero));
    if (HWY_LIKELY(hn::AllFalse(DI(), both))) return m;
    return firstOfBoth(values, positive, m);
  }

  /// Takes the sign from the first of the values of either sign where both have the magnitude `positive`.
  static HWY_NOINLINE V firstOfBoth(const float* values, VI magnitudes, V m) {
    HWY_ALIGN std::int32_t wanted[kBlocks];
    HWY_ALIGN float first[kBlocks];
    hn::Store(magnitudes, DI(), wanted);
    hn::Store(m, D(), first);
    for (std::size_t block = 0; block < kBlocks; ++block) {
      if (wanted[block] != 0 && std::bit_cast<std::int32_t>(first[block]) == wanted[block])
        first[block] = firstOfMagnitude(values + block * kBlockSize, kBlockSize, wanted[block]);
    }
    return hn::Load(D(), first);
  }

  /// With a finite operand no product is beyond the clamps by half a step: it is the divisor or operand's numerator n =
  /// 127, 8 or 1 times x / a, |x / a| <= 1, times 1 + e for each rounding. Those of normal results have |e| <= 2^-24. a
  /// / 127 and m / -8 may be subnormal, but are above 2^-128, since their reciprocal is finite, so that |e| <= 2^-150 /
  /// 2^-128; so may 1 / a be, and is at least 2^-128. In all, |product| < n (1 + 2^-20). So Q8_0 needs no clamp, and
  /// Q4_0 only one from above, as x * operand + 8.5 lies in 0.49 .. 16.51.
  HWY_INLINE VI code(V x, V operand) const {
    const D d;
    const V product = hn::Mul(x, operand);
    if constexpr (kKind == Kind::Absmax) {
      return lowByte(nearestLowByte(hn::Min(hn::Max(product, hn::Set(d, m_low)), hn::Set(d, m_high))));
    } else if constexpr (kKind == Kind::Q8_0) {
      return lowByte(truncated(beforeTruncation(d, product)));
    } else if constexpr (kKind == Kind::Q4_0) {
      return hn::Min(truncated(hn::Add(product, hn::Set(d, 8.5F))), hn::Set(DI(), 15));
    } else if constexpr (kKind == Kind::Nf4) {
      return midpointsBelow(product);
    } else {
      return lowByte(nearestLowByte(product));
    }
  }

  /// A search of four steps where a register holds all midpoints, else a count.
  HWY_INLINE VI midpointsBelow(V r) const {
    const D d;
    const auto isAbove = [&](V midpoint) { return hn::RebindMask(DI(), hn::Gt(r, midpoint)); };
    if constexpr (kLanes == 16) {
      VI count = hn::IfThenElseZero(isAbove(hn::Set(d, m_midpoints[7])), hn::Set(DI(), 8));
      for (std::size_t step = 0; step < 3; ++step) {
        const V midpoint = hn::TableLookupLanes(hn::LoadU(d, m_next[step].data()), hn::IndicesFromVec(d, count));
        const VI further = hn::Set(DI(), std::int32_t{4} >> step);
        count = hn::IfThenElse(isAbove(midpoint), hn::Or(count, further), count);
      }
      return count;
    } else {
      VI count = hn::Zero(DI());
      for (const float midpoint : m_midpoints)
        count = hn::Sub(count, hn::VecFromMask(DI(), isAbove(hn::Set(d, midpoint))));
      return count;
    }
  }

  float m_divisor;
  float m_low;
  float m_high;
  std::array<float, 15> m_midpoints{};
  /// The midpoint to compare with next, by the step of the search (4, 2, 1 codes) and the code found so far.
  std::array<std::array<float, 16>, 3> m_next{};
};

}  // namespace HWY_NAMESPACE
}  // namespace ulpscope::kernels
HWY_AFTER_NAMESPACE();

#endif
