// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/multiply_add.h"

#include <algorithm>
#include <cassert>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/multiply_add.cpp"
#include <hwy/foreach_target.h>  // before highway.h: includes this file once for each target

#include <hwy/aligned_allocator.h>
#include <hwy/highway.h>

#include "kernels/cpu/multiply_panels.inl.h"
#include "kernels/cpu/near_lanes.inl.h"
#include "kernels/cpu/wide_lanes.inl.h"

HWY_BEFORE_NAMESPACE();
namespace ulpscope::kernels {
namespace HWY_NAMESPACE {

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
