// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/abs_maxima.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/abs_maxima.cpp"
#include <hwy/foreach_target.h>  // before highway.h: includes this file once for each target

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ulpscope::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Magnitudes are compared as integers, in the order of the numbers they are bits of; NaN becomes 0 and wins nowhere.
/// T is float or a code of 16 bits, DI the tag of the signed integers of its size.
template <class DI, class T>
HWY_INLINE hn::Vec<DI> magnitude(DI di, const T* from, T infinity) {
  using Integer = hn::TFromD<DI>;
  const hn::Rebind<T, DI> d;
  const auto bits = hn::And(hn::BitCast(di, hn::LoadU(d, from)), hn::Set(di, std::numeric_limits<Integer>::max()));
  return hn::IfThenZeroElse(hn::Gt(bits, hn::Set(di, std::bit_cast<Integer>(infinity))), bits);
}

template <class DI, class T>
HWY_INLINE void raise(DI di, hn::Vec<DI> to, T* maxima) {
  const hn::Rebind<T, DI> d;
  const auto old = hn::BitCast(di, hn::LoadU(d, maxima));
  hn::StoreU(hn::BitCast(d, hn::Max(old, to)), d, maxima);
}

/// Four rows at a time, so that a column's maximum is loaded and stored once for them.
constexpr std::size_t kRows = 4;

template <std::size_t kRowCount, class DI, class T>
HWY_INLINE std::size_t raiseRows(DI di, const T* values, std::size_t stride, T infinity, T* rowMaxima, T* columnMaxima,
                                 std::size_t begin, std::size_t columns) {
  using VI = hn::Vec<DI>;
  VI largest[kRowCount];
  for (VI& row : largest) row = hn::Zero(di);
  std::size_t c = begin;
  for (; c + hn::Lanes(di) <= columns; c += hn::Lanes(di)) {
    VI column = hn::Zero(di);
    for (std::size_t r = 0; r < kRowCount; ++r) {
      const VI row = magnitude(di, values + r * stride + c, infinity);
      largest[r] = hn::Max(largest[r], row);
      column = hn::Max(column, row);
    }
    raise(di, column, columnMaxima + c);
  }
  for (std::size_t r = 0; r < kRowCount; ++r) {
    const auto row = hn::GetLane(hn::MaxOfLanes(di, largest[r]));
    rowMaxima[r] = std::max(rowMaxima[r], std::bit_cast<T>(row));
  }
  return c;
}

template <std::size_t kRowCount, class Integer, class T>
HWY_INLINE void raiseWholeRows(const T* values, std::size_t stride, T infinity, T* rowMaxima, T* columnMaxima,
                               std::size_t columns) {
  const hn::ScalableTag<Integer> di;
  const std::size_t done = raiseRows<kRowCount>(di, values, stride, infinity, rowMaxima, columnMaxima, 0, columns);
  raiseRows<kRowCount>(hn::CappedTag<Integer, 1>(), values, stride, infinity, rowMaxima, columnMaxima, done, columns);
}

template <class Integer, class T>
HWY_INLINE void raiseAll(const T* values, std::size_t stride, T infinity, T* rowMaxima, std::size_t rows,
                         T* columnMaxima, std::size_t columns) {
  std::size_t r = 0;
  for (; r + kRows <= rows; r += kRows)
    raiseWholeRows<kRows, Integer>(values + r * stride, stride, infinity, rowMaxima + r, columnMaxima, columns);
  for (; r < rows; ++r)
    raiseWholeRows<1, Integer>(values + r * stride, stride, infinity, rowMaxima + r, columnMaxima, columns);
}

void raiseOfFloats(const float* values, std::size_t stride, float infinity, float* rowMaxima, std::size_t rows,
                   float* columnMaxima, std::size_t columns) {
  raiseAll<std::int32_t>(values, stride, infinity, rowMaxima, rows, columnMaxima, columns);
}

void raiseOfCodes(const std::uint16_t* codes, std::size_t stride, std::uint16_t infinity, std::uint16_t* rowMaxima,
                  std::size_t rows, std::uint16_t* columnMaxima, std::size_t columns) {
  raiseAll<std::int16_t>(codes, stride, infinity, rowMaxima, rows, columnMaxima, columns);
}

}  // namespace HWY_NAMESPACE
}  // namespace ulpscope::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ulpscope::kernels {

HWY_EXPORT(raiseOfFloats);
HWY_EXPORT(raiseOfCodes);

void raiseAbsMaxima(const float* values, std::size_t stride, std::span<float> rowMaxima,
                    std::span<float> columnMaxima) {
  HWY_DYNAMIC_DISPATCH(raiseOfFloats)
  (values, stride, std::numeric_limits<float>::infinity(), rowMaxima.data(), rowMaxima.size(), columnMaxima.data(),
   columnMaxima.size());
}

void raiseAbsMaxima(const std::uint16_t* codes, std::size_t stride, std::uint16_t infinity,
                    std::span<std::uint16_t> rowMaxima, std::span<std::uint16_t> columnMaxima) {
  HWY_DYNAMIC_DISPATCH(raiseOfCodes)
  (codes, stride, infinity, rowMaxima.data(), rowMaxima.size(), columnMaxima.data(), columnMaxima.size());
}

}  // namespace ulpscope::kernels
#endif
