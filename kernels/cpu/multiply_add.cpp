// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/multiply_add.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/multiply_add.cpp"
#include <hwy/foreach_target.h>  // before highway.h: includes this file once for each target

#include <hwy/aligned_allocator.h>
#include <hwy/highway.h>

// Rows take turns, so that one has work while another waits for its sum, and loops are written out: where neither the
// checks of a sanitizer nor lanes that are arrays make that minutes of compiling.
#undef ULPSCOPE_UNROLL
#if HWY_TARGET == HWY_EMU128 || defined(ULPSCOPE_SANITIZED)
#define ULPSCOPE_UNROLL
#else
#define ULPSCOPE_UNROLL _Pragma("GCC unroll 8")
#endif

#include "kernels/cpu/near_lanes.inl.h"
#include "kernels/cpu/operand_panel.inl.h"
#include "kernels/cpu/wide_lanes.inl.h"

HWY_BEFORE_NAMESPACE();
namespace ulpscope::kernels {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_EMU128 || defined(ULPSCOPE_SANITIZED)
constexpr std::size_t kRows = 1;
#else
constexpr std::size_t kRows = 4;
#endif

/// A sum of two values of the accumulator.
template <Accumulator kAccumulator>
HWY_INLINE V joined(V sum, V part) {
  if constexpr (kAccumulator == Accumulator::Float16NearestEven) return throughHalf(hn::Add(sum, part));
  return hn::Add(sum, part);
}

template <class Lanes, Accumulator kAccumulator, std::size_t kLength>
bool multiplyPanel(const DotUnit& unit, const typename Lanes::Panel& a, const typename Lanes::Panel& b,
                   std::size_t length, std::span<float> c) {
  const D d;
  const Lanes lanes(unit);
  const std::size_t every = unit.promoteEvery == 0 ? length : static_cast<std::size_t>(unit.promoteEvery);
  VI overflow = hn::Zero(DI());
  for (std::size_t row = 0; row < c.size() / kWidth; row += kRows) {
    V sums[kRows];
    for (std::size_t r = 0; r < kRows; ++r) sums[r] = hn::LoadU(d, &c[(row + r) * kWidth]);
    for (std::size_t first = 0; first < length; first += every) {
      V parts[kRows];
      for (std::size_t r = 0; r < kRows; ++r) parts[r] = unit.promoteEvery == 0 ? sums[r] : hn::Zero(d);
      for (std::size_t k = first; k < std::min(first + every, length); k += kLength) ULPSCOPE_UNROLL
      for (std::size_t r = 0; r < kRows; ++r) parts[r] = lanes.add(a.row(row + r, k), b.lanes(k), parts[r], overflow);
      for (std::size_t r = 0; r < kRows; ++r)
        sums[r] = unit.promoteEvery == 0 ? parts[r] : joined<kAccumulator>(sums[r], parts[r]);
    }
    for (std::size_t r = 0; r < kRows; ++r) hn::StoreU(sums[r], d, &c[(row + r) * kWidth]);
  }
  bool fits = hn::AllFalse(DI(), hn::Lt(overflow, hn::Zero(DI())));
  if constexpr (kAccumulator == Accumulator::Float16NearestEven)
    for (const float x : c) fits = fits && x > -65536 && x < 65536;
  return fits;
}

/// The largest exponent that products and sums may have where they are floats.
constexpr int kLargestExponent = 125;

template <class Lanes, Accumulator kAccumulator, std::size_t kLength>
bool multiplyPanels(const DotUnit& unit, int smallestExponent, const OperandBlock& a, const OperandBlock& b,
                    std::size_t length, std::span<float> c) {
  const std::size_t padded = (length + kLength - 1) / kLength * kLength;
  const std::size_t rows = (a.rows + kRows - 1) / kRows * kRows;
  typename Lanes::Panel left(rows, padded);
  typename Lanes::Panel right(kWidth, padded);
  const OperandRange ofA = left.setRows(a, length, smallestExponent);
  if (!ofA.isFinite) return false;
  std::vector<float> sums(c.size());  // of panels, given out once all have come out well
  std::vector<float> panel(rows * kWidth);
  for (std::size_t column = 0; column < b.rows; column += kWidth) {
    const std::size_t count = std::min(kWidth, b.rows - column);
    const OperandRange ofB = right.setLanes({b.values + column * b.stride, count, b.stride}, length, smallestExponent);
    if (!ofB.isFinite) return false;
    OperandRange ofSums;
    for (std::size_t r = 0; r < a.rows; ++r)
      for (std::size_t j = 0; j < count; ++j) {
        const float sum = c[r * b.rows + column + j];
        panel[r * kWidth + j] = sum;
        if (sum == 0) continue;
        if (!(std::abs(sum) <= 0x1p125F)) return false;
        const int exponent = std::ilogb(sum);
        ofSums.merge({exponent, exponent});
      }
    // Products lie below 4 * 2^(ea + eb): no sum reaches float32's end unless this does.
    const OperandRange products{ofA.smallest + ofB.smallest, ofA.largest + ofB.largest};
    const int reach = products.largest + 2 + static_cast<int>(std::bit_width(padded));
    if (kAccumulator != Accumulator::Float16NearestEven && reach > kLargestExponent) return false;
    if (!Lanes::covers(unit, products, ofSums)) return false;
    if (!multiplyPanel<Lanes, kAccumulator, kLength>(unit, left, right, padded, panel)) return false;
    for (std::size_t r = 0; r < a.rows; ++r) std::copy_n(&panel[r * kWidth], count, &sums[r * b.rows + column]);
  }
  std::copy(sums.begin(), sums.end(), c.begin());
  return true;
}

using Multiply = bool (*)(const DotUnit&, int smallestExponent, const OperandBlock&, const OperandBlock&,
                          std::size_t length, std::span<float>);

template <std::size_t kLength>
bool multiplyFloat32(const DotUnit& unit, int smallestExponent, const OperandBlock& a, const OperandBlock& b,
                     std::size_t length, std::span<float> c) {
  constexpr Accumulator kFloat32 = Accumulator::Float32TowardZero;
  return multiplyPanels<NearLanes<kLength, kFloat32>, kFloat32, kLength>(unit, smallestExponent, a, b, length, c) ||
         multiplyPanels<WideLanes<kLength>, kFloat32, kLength>(unit, smallestExponent, a, b, length, c);
}

template <Accumulator kAccumulator, std::size_t kLength>
constexpr Multiply kNear = multiplyPanels<NearLanes<kLength, kAccumulator>, kAccumulator, kLength>;

Multiply multiplyFor(const DotUnit& unit) {
  const int length = unit.blockLength;
  switch (unit.accumulator) {
    case Accumulator::Float32TowardZero:
      if (length == 4) return multiplyFloat32<4>;
      if (length == 8) return multiplyFloat32<8>;
      if (length == 16) return multiplyFloat32<16>;
      return length == 32 ? kNear<Accumulator::Float32TowardZero, 32> : nullptr;  // operands of 8 bits
    case Accumulator::Fraction13TowardZero:
      if (length == 16) return kNear<Accumulator::Fraction13TowardZero, 16>;
      return length == 32 ? kNear<Accumulator::Fraction13TowardZero, 32> : nullptr;
    case Accumulator::Float16NearestEven:
      if (length == 4) return kNear<Accumulator::Float16NearestEven, 4>;
      if (length == 8) return kNear<Accumulator::Float16NearestEven, 8>;
      if (length == 16) return kNear<Accumulator::Float16NearestEven, 16>;
      return length == 32 ? kNear<Accumulator::Float16NearestEven, 32> : nullptr;
    default:
      return nullptr;
  }
}

bool multiplyAll(const DotUnit& unit, int smallestExponent, const OperandBlock& a, const OperandBlock& b,
                 std::size_t length, std::span<float> c) {
  const Multiply multiply = multiplyFor(unit);
  if (!multiply || unit.promoteEvery % unit.blockLength != 0) return false;
  return multiply(unit, smallestExponent, a, b, length, c);
}

template <class T>
bool multiplyChains(const RowBlock<T>& a, const RowBlock<T>& b, std::size_t length, std::span<T> c) {
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX2
  const hn::ScalableTag<T> d;
  using Lanes = hn::Vec<decltype(d)>;
  constexpr std::size_t kColumns = hn::MaxLanes(d);
  auto columns = hwy::AllocateAligned<T>(length * kColumns);
  for (std::size_t column = 0; column < b.rows; column += kColumns) {
    const std::size_t count = std::min(kColumns, b.rows - column);
    interleave<kColumns>(RowBlock<T>{b.values + column * b.stride, count, b.stride}, length, columns.get());
    for (std::size_t row = 0; row < a.rows; row += kRows) {
      const std::size_t rows = std::min(kRows, a.rows - row);
      HWY_ALIGN T sums[kRows][kColumns] = {};
      for (std::size_t r = 0; r < rows; ++r) std::copy_n(&c[(row + r) * b.rows + column], count, sums[r]);
      const T* of[kRows];
      for (std::size_t r = 0; r < kRows; ++r) of[r] = a.values + std::min(row + r, a.rows - 1) * a.stride;
      Lanes sum[kRows];
      for (std::size_t r = 0; r < kRows; ++r) sum[r] = hn::Load(d, sums[r]);
      for (std::size_t k = 0; k < length; ++k) {
        const Lanes x = hn::Load(d, columns.get() + k * kColumns);
        for (std::size_t r = 0; r < kRows; ++r) sum[r] = hn::MulAdd(hn::Set(d, of[r][k]), x, sum[r]);
      }
      for (std::size_t r = 0; r < kRows; ++r) hn::Store(sum[r], d, sums[r]);
      for (std::size_t r = 0; r < rows; ++r) std::copy_n(sums[r], count, &c[(row + r) * b.rows + column]);
    }
  }
  return true;
#else
  (void)a, (void)b, (void)length, (void)c;
  return false;
#endif
}

bool multiplyFloats(const RowBlock<float>& a, const RowBlock<float>& b, std::size_t length, std::span<float> c) {
  return multiplyChains(a, b, length, c);
}
bool multiplyDoubles(const RowBlock<double>& a, const RowBlock<double>& b, std::size_t length, std::span<double> c) {
  return multiplyChains(a, b, length, c);
}

}  // namespace HWY_NAMESPACE
}  // namespace ulpscope::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ulpscope::kernels {

HWY_EXPORT(multiplyAll);
HWY_EXPORT(multiplyFloats);
HWY_EXPORT(multiplyDoubles);

bool multiplyFused(const DotUnit& unit, int smallestExponent, const OperandBlock& a, const OperandBlock& b,
                   std::size_t length, std::span<float> c) {
  assert(c.size() == a.rows * b.rows);
  if (unit.summation != Summation::Fused) return false;
  return HWY_DYNAMIC_DISPATCH(multiplyAll)(unit, smallestExponent, a, b, length, c);
}

bool multiplyChain(const DotUnit& unit, const OperandBlock& a, const OperandBlock& b, std::size_t length,
                   std::span<float> c) {
  assert(c.size() == a.rows * b.rows);
  if (unit.summation != Summation::FmaChain || unit.accumulator != Accumulator::Float32NearestEven ||
      unit.promoteEvery != 0)
    return false;
  return HWY_DYNAMIC_DISPATCH(multiplyFloats)(a, b, length, c);
}

bool multiplyChain(const RowBlock<double>& a, const RowBlock<double>& b, std::size_t length, std::span<double> c) {
  assert(c.size() == a.rows * b.rows);
  return HWY_DYNAMIC_DISPATCH(multiplyDoubles)(a, b, length, c);
}

}  // namespace ulpscope::kernels
#endif
