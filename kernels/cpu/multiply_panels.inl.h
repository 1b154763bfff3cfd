// SPDX-License-Identifier: Apache-2.0
// Included once for each instruction set, after hwy/highway.h, so neither #pragma once nor a usual guard will do.
#if defined(ULPSCOPE_MULTIPLY_PANELS) == defined(HWY_TARGET_TOGGLE)
#ifdef ULPSCOPE_MULTIPLY_PANELS
#undef ULPSCOPE_MULTIPLY_PANELS
#else
#define ULPSCOPE_MULTIPLY_PANELS
#endif

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "core/matmul/block_scaled_dot.h"
#include "core/matmul/dot_unit.h"
#include "kernels/cpu/accumulator_lanes.inl.h"
#include "kernels/cpu/operand_panel.inl.h"

HWY_BEFORE_NAMESPACE();
namespace ulpscope::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

inline const OperandBlock& elementsOf(const OperandBlock& operand) { return operand; }
inline const OperandBlock& elementsOf(const ScaledBlock& operand) { return operand.elements; }

template <class T>
RowBlock<T> rowsFrom(const RowBlock<T>& rows, std::size_t first, std::size_t count) {
  return {rows.values + first * rows.stride, count, rows.stride};
}
inline ScaledBlock rowsFrom(const ScaledBlock& operand, std::size_t first, std::size_t count) {
  return {rowsFrom(operand.elements, first, count), rowsFrom(operand.scales, first, count), operand.blockLength};
}

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
    for (std::size_t r = 0; r < kRows; ++r)
      hn::StoreU(hn::Add(sums[r], hn::Zero(d)), d, &c[(row + r) * kWidth]);  // -0 is 0
  }
  bool fits = hn::AllFalse(DI(), hn::Lt(overflow, hn::Zero(DI())));
  if constexpr (kAccumulator == Accumulator::Float16NearestEven)
    for (const float x : c) fits = fits && x > -65536 && x < 65536;
  return fits;
}

/// The largest exponent that products and sums may have where they are floats.
constexpr int kLargestExponent = 125;

/// C + A B in panels of B: see multiply_add.h. Operand is OperandBlock or ScaledBlock, of Lanes::Panel.
template <class Lanes, Accumulator kAccumulator, std::size_t kLength, class Operand>
bool multiplyPanels(const DotUnit& unit, int smallestExponent, const Operand& a, const Operand& b, std::size_t length,
                    std::span<float> c) {
  const std::size_t rowsOfA = elementsOf(a).rows;
  const std::size_t columns = elementsOf(b).rows;
  const std::size_t padded = (length + kLength - 1) / kLength * kLength;
  const std::size_t rows = (rowsOfA + kRows - 1) / kRows * kRows;
  typename Lanes::Panel left(rows, padded);
  typename Lanes::Panel right(kWidth, padded);
  const OperandRange ofA = left.setRows(a, length, smallestExponent);
  if (!ofA.isFinite) return false;
  std::vector<float> sums(c.size());  // of panels, given out once all have come out well
  std::vector<float> panel(rows * kWidth);
  for (std::size_t column = 0; column < columns; column += kWidth) {
    const std::size_t count = std::min(kWidth, columns - column);
    const OperandRange ofB = right.setLanes(rowsFrom(b, column, count), length, smallestExponent);
    if (!ofB.isFinite) return false;
    OperandRange ofSums;
    for (std::size_t r = 0; r < rowsOfA; ++r)
      for (std::size_t j = 0; j < count; ++j) {
        const float sum = c[r * columns + column + j];
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
    for (std::size_t r = 0; r < rowsOfA; ++r) std::copy_n(&panel[r * kWidth], count, &sums[r * columns + column]);
  }
  std::copy(sums.begin(), sums.end(), c.begin());
  return true;
}

}  // namespace HWY_NAMESPACE
}  // namespace ulpscope::kernels
HWY_AFTER_NAMESPACE();

#endif
