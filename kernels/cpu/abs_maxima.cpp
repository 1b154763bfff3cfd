// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/abs_maxima.h"

#include <algorithm>
#include <bit>
#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/abs_maxima.cpp"
#include <hwy/foreach_target.h>  // before highway.h: includes this file once for each target

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ulpscope::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Magnitudes are compared as integers, in the order of the floats they are bits of; NaN becomes 0 and wins nowhere.
template <class DI>
HWY_INLINE hn::Vec<DI> magnitude(DI di, const float* from) {
  const hn::Rebind<float, DI> d;
  const auto bits = hn::And(hn::BitCast(di, hn::LoadU(d, from)), hn::Set(di, INT32_MAX));
  return hn::IfThenZeroElse(hn::Gt(bits, hn::Set(di, 0x7F800000)), bits);
}

template <class DI>
HWY_INLINE void raise(DI di, hn::Vec<DI> to, float* maxima) {
  const hn::Rebind<float, DI> d;
  const auto old = hn::BitCast(di, hn::LoadU(d, maxima));
  hn::StoreU(hn::BitCast(d, hn::Max(old, to)), d, maxima);
}

/// Four rows at a time, so that a column's maximum is loaded and stored once for them.
constexpr std::size_t kRows = 4;

template <std::size_t kRowCount, class DI>
HWY_INLINE std::size_t raiseRows(DI di, const float* values, std::size_t stride, float* rowMaxima, float* columnMaxima,
                                 std::size_t begin, std::size_t columns) {
  using VI = hn::Vec<DI>;
  VI largest[kRowCount];
  for (VI& row : largest) row = hn::Zero(di);
  std::size_t c = begin;
  for (; c + hn::Lanes(di) <= columns; c += hn::Lanes(di)) {
    VI column = hn::Zero(di);
    for (std::size_t r = 0; r < kRowCount; ++r) {
      const VI row = magnitude(di, values + r * stride + c);
      largest[r] = hn::Max(largest[r], row);
      column = hn::Max(column, row);
    }
    raise(di, column, columnMaxima + c);
  }
  for (std::size_t r = 0; r < kRowCount; ++r) {
    const std::int32_t row = hn::GetLane(hn::MaxOfLanes(di, largest[r]));
    rowMaxima[r] = std::max(rowMaxima[r], std::bit_cast<float>(row));
  }
  return c;
}

template <std::size_t kRowCount>
HWY_INLINE void raiseWholeRows(const float* values, std::size_t stride, float* rowMaxima, float* columnMaxima,
                               std::size_t columns) {
  const hn::ScalableTag<std::int32_t> di;
  const std::size_t done = raiseRows<kRowCount>(di, values, stride, rowMaxima, columnMaxima, 0, columns);
  raiseRows<kRowCount>(hn::CappedTag<std::int32_t, 1>(), values, stride, rowMaxima, columnMaxima, done, columns);
}

void raiseAll(const float* values, std::size_t stride, float* rowMaxima, std::size_t rows, float* columnMaxima,
              std::size_t columns) {
  std::size_t r = 0;
  for (; r + kRows <= rows; r += kRows)
    raiseWholeRows<kRows>(values + r * stride, stride, rowMaxima + r, columnMaxima, columns);
  for (; r < rows; ++r) raiseWholeRows<1>(values + r * stride, stride, rowMaxima + r, columnMaxima, columns);
}

}  // namespace HWY_NAMESPACE
}  // namespace ulpscope::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ulpscope::kernels {

HWY_EXPORT(raiseAll);

void raiseAbsMaxima(const float* values, std::size_t stride, std::span<float> rowMaxima,
                    std::span<float> columnMaxima) {
  HWY_DYNAMIC_DISPATCH(raiseAll)
  (values, stride, rowMaxima.data(), rowMaxima.size(), columnMaxima.data(), columnMaxima.size());
}

}  // namespace ulpscope::kernels
#endif
