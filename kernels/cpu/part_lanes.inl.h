// SPDX-License-Identifier: Apache-2.0
// Included once for each instruction set, after hwy/highway.h, so neither #pragma once nor a usual guard will do.
#if defined(ULPSCOPE_PART_LANES) == defined(HWY_TARGET_TOGGLE)
#ifdef ULPSCOPE_PART_LANES
#undef ULPSCOPE_PART_LANES
#else
#define ULPSCOPE_PART_LANES
#endif

#include <algorithm>
#include <cstddef>
#include <cstdint>

// Parts of ggml's blocks, a lane for each: the sums of a part run from its first value to its last, as in the scalar
// code, and as many parts as there are lanes are summed at once.
HWY_BEFORE_NAMESPACE();
namespace ulpscope::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
using DI = hn::RebindToSigned<D>;
using V = hn::Vec<D>;

constexpr std::size_t kWidth = hn::MaxLanes(D());
/// Vectors of parts that take turns, so that one has work while the other waits for its sums.
constexpr std::size_t kVectors = 2;
constexpr std::size_t kParts = kVectors * kWidth;

/// A number for each part.
struct PerPart {
  V of[kVectors];
  HWY_INLINE V& operator[](std::size_t v) { return of[v]; }
  HWY_INLINE const V& operator[](std::size_t v) const { return of[v]; }
};

/// Values i of the parts from `first` on, the last part again for lanes without one.
HWY_INLINE void gather(const float* values, std::size_t size, std::size_t first, std::size_t parts,
                       float (*rows)[kParts]) {
  const D d;
  const DI di;
  for (std::size_t v = 0; v < kVectors; ++v) {
    const std::size_t begin = std::min(first + v * kWidth, parts - 1);
    const auto lane =
        hn::Min(hn::Iota(di, 0), hn::Set(di, static_cast<std::int32_t>(std::min(parts - 1 - begin, kWidth))));
    const auto at = hn::Mul(lane, hn::Set(di, static_cast<std::int32_t>(size)));
    for (std::size_t i = 0; i < size; ++i)
      hn::Store(hn::GatherIndex(d, values + begin * size + i, at), d, rows[i] + v * kWidth);
  }
}

/// ggml::nearestInt() as a float. kInRange: all are of at most 2^22.
template <bool kInRange>
HWY_INLINE V nearest(V x) {
  const D d;
  const DI di;
  const V large = hn::Set(d, 12582912.0f);
  if constexpr (kInRange) return hn::Sub(hn::Add(x, large), large);
  const auto bits = hn::And(hn::BitCast(di, hn::Add(x, large)), hn::Set(di, 0x007FFFFF));
  return hn::ConvertTo(d, hn::Sub(bits, hn::Set(di, 0x00400000)));
}

}  // namespace HWY_NAMESPACE
}  // namespace ulpscope::kernels
HWY_AFTER_NAMESPACE();

#endif
