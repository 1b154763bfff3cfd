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

#include "kernels/cpu/accumulator_lanes.inl.h"
#include "kernels/cpu/operand_panel.inl.h"

// Rows take turns, so that one has work while another waits for its sum, and loops are written out: where neither the
// checks of a sanitizer nor lanes that are arrays make that minutes of compiling.
#undef ULPSCOPE_UNROLL
#if HWY_TARGET == HWY_EMU128 || defined(ULPSCOPE_SANITIZED)
#define ULPSCOPE_UNROLL
#else
#define ULPSCOPE_UNROLL _Pragma("GCC unroll 8")
#endif

HWY_BEFORE_NAMESPACE();
namespace ulpscope::kernels {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_EMU128 || defined(ULPSCOPE_SANITIZED)
constexpr std::size_t kRows = 1;
#else
constexpr std::size_t kRows = 4;
#endif

/// A block of kLength products of one row of A with a panel of B, a lane for each column. See fusedBlock() in
/// core/matmul/fused_dot.h for what is computed.
template <std::size_t kLength, Accumulator kAccumulator>
class FusedLanes {
  using Lanes = AccumulatorLanes<kAccumulator>;
  static constexpr std::size_t kGroup = 8;  ///< products whose sum surely fits 32 bits
  static constexpr bool kGrouped = kLength > kGroup;
  static constexpr std::size_t kOfGroup = kGrouped ? kGroup : kLength;
  static_assert(kLength % kOfGroup == 0);
  /// Below float32, and what units without an exponent for zero multiply: powers of two stay within reach.
  static constexpr int kBelowAll = -150;

 public:
  explicit FusedLanes(const DotUnit& unit)
      : m_alignmentBits(hn::Set(D(), static_cast<float>(unit.alignmentBits))),
        m_zeroExponent(hn::Set(D(), static_cast<float>(std::max(unit.zeroExponent, kBelowAll)))) {}

  /// `fits` becomes false where a sum is too long for 32 bits, or float16 overflows.
  HWY_INLINE V add(const PanelRow& a, const PanelRow& b, V c, bool& fits) const {
    const D d;
    V exponents[kGrouped ? 1 : kLength];
    V largest = hn::Max(Lanes::exponentOf(c, m_zeroExponent), m_zeroExponent);
    ULPSCOPE_UNROLL
    for (std::size_t t = 0; t < kLength; ++t) {
      const V exponent = hn::Add(hn::Set(d, a.exponent[t]), hn::Load(d, b.exponent + t * kWidth));
      if constexpr (!kGrouped) exponents[t] = exponent;
      largest = hn::Max(largest, exponent);
    }
    const V lastPlace = hn::Sub(largest, m_alignmentBits);
    VI sum = Lanes::aligned(c, lastPlace);
    for (std::size_t first = 0; first < kLength; first += kGroup) {
      VI part = hn::Zero(DI());
      ULPSCOPE_UNROLL
      for (std::size_t i = 0; i < kOfGroup; ++i) {
        const std::size_t t = first + i;
        V exponent;
        if constexpr (kGrouped)
          exponent = hn::Add(hn::Set(d, a.exponent[t]), hn::Load(d, b.exponent + t * kWidth));
        else
          exponent = exponents[t];
        const V product = hn::Mul(hn::Set(d, a.significand[t]), hn::Load(d, b.significand + t * kWidth));
        part = hn::Add(part, truncatedTimesPower(product, hn::Sub(exponent, lastPlace)));
      }
      const VI total = hn::Add(sum, part);
      if constexpr (kGrouped) {
        const VI overflow = hn::And(hn::Xor(sum, total), hn::Xor(part, total));
        fits = fits && hn::AllFalse(DI(), hn::Lt(overflow, hn::Zero(DI())));
      }
      sum = total;
    }
    const V result = Lanes::round(sum, lastPlace);
    if constexpr (kAccumulator != Accumulator::Float16NearestEven) return result;
    // What goes on with infinity means nothing, and is not to be computed with.
    const auto isFinite = hn::Lt(hn::Abs(result), hn::Set(d, 65536));
    fits = fits && hn::AllTrue(d, isFinite);
    return hn::IfThenElseZero(isFinite, result);
  }

 private:
  V m_alignmentBits;
  V m_zeroExponent;
};

template <std::size_t kLength, Accumulator kAccumulator>
bool multiplyPanel(const DotUnit& unit, const OperandPanel& a, const OperandPanel& b, std::size_t length,
                   std::span<float> c) {
  const D d;
  const FusedLanes<kLength, kAccumulator> lanes(unit);
  const std::size_t every = unit.promoteEvery == 0 ? length : static_cast<std::size_t>(unit.promoteEvery);
  bool fits = true;
  for (std::size_t row = 0; row < c.size() / kWidth; row += kRows) {
    V sums[kRows];
    for (std::size_t r = 0; r < kRows; ++r) sums[r] = hn::LoadU(d, &c[(row + r) * kWidth]);
    for (std::size_t first = 0; first < length; first += every) {
      V parts[kRows];
      for (std::size_t r = 0; r < kRows; ++r) parts[r] = unit.promoteEvery == 0 ? sums[r] : hn::Zero(d);
      for (std::size_t k = first; k < std::min(first + every, length); k += kLength) ULPSCOPE_UNROLL
      for (std::size_t r = 0; r < kRows; ++r) parts[r] = lanes.add(a.row(row + r, k), b.lanes(k), parts[r], fits);
      for (std::size_t r = 0; r < kRows; ++r)
        sums[r] =
            unit.promoteEvery == 0 ? parts[r] : AccumulatorLanes<kAccumulator>::roundSum(hn::Add(sums[r], parts[r]));
    }
    for (std::size_t r = 0; r < kRows; ++r) hn::StoreU(sums[r], d, &c[(row + r) * kWidth]);
  }
  if constexpr (kAccumulator == Accumulator::Float16NearestEven)
    for (const float x : c) fits = fits && x > -65536 && x < 65536;
  return fits;
}

using Multiply = bool (*)(const DotUnit&, const OperandPanel&, const OperandPanel&, std::size_t, std::span<float>);

template <Accumulator kAccumulator>
Multiply multiplyFor(int blockLength) {
  if (blockLength == 16) return multiplyPanel<16, kAccumulator>;
  if (blockLength == 32) return multiplyPanel<32, kAccumulator>;
  if constexpr (kAccumulator != Accumulator::Fraction13TowardZero) {  // of no unit with shorter blocks
    if (blockLength == 4) return multiplyPanel<4, kAccumulator>;
    if (blockLength == 8) return multiplyPanel<8, kAccumulator>;
  }
  return nullptr;
}

Multiply multiplyFor(const DotUnit& unit) {
  switch (unit.accumulator) {
    case Accumulator::Float32TowardZero:
      return multiplyFor<Accumulator::Float32TowardZero>(unit.blockLength);
    case Accumulator::Fraction13TowardZero:
      return multiplyFor<Accumulator::Fraction13TowardZero>(unit.blockLength);
    case Accumulator::Float16NearestEven:
      return multiplyFor<Accumulator::Float16NearestEven>(unit.blockLength);
    default:
      return nullptr;
  }
}

bool multiplyAll(const DotUnit& unit, int smallestExponent, const OperandBlock& a, const OperandBlock& b,
                 std::size_t length, std::span<float> c) {
  const Multiply multiply = multiplyFor(unit);
  const auto blockLength = static_cast<std::size_t>(unit.blockLength);
  if (!multiply || unit.promoteEvery % unit.blockLength != 0) return false;
  const std::size_t padded = (length + blockLength - 1) / blockLength * blockLength;
  const std::size_t rows = (a.rows + kRows - 1) / kRows * kRows;
  OperandPanel left(rows, padded);
  OperandPanel right(kWidth, padded);
  int largest = left.setRows(a, length, smallestExponent);
  if (largest == OperandPanel::kNotFinite) return false;
  std::vector<float> sums(c.size());  // of panels, given out once all have come out well
  std::vector<float> panel(rows * kWidth);
  for (std::size_t column = 0; column < b.rows; column += kWidth) {
    const std::size_t count = std::min(kWidth, b.rows - column);
    const int largestOfB = right.setLanes({b.values + column * b.stride, count, b.stride}, length, smallestExponent);
    if (largestOfB == OperandPanel::kNotFinite) return false;
    const bool isHalf = unit.accumulator == Accumulator::Float16NearestEven;
    float largestSum = 0;
    std::fill(panel.begin(), panel.end(), 0.0F);
    for (std::size_t r = 0; r < a.rows; ++r)
      for (std::size_t j = 0; j < count; ++j) {
        const float sum = c[r * b.rows + column + j];
        if (!(std::abs(sum) <= 0x1p125F)) return false;
        largestSum = std::max(largestSum, std::abs(sum));
        panel[r * kWidth + j] = sum;
      }
    // Products lie below 4 * 2^(ea + eb): no sum reaches float32's end unless this does.
    const int reach = largest + largestOfB + 2 + static_cast<int>(std::bit_width(padded));
    if (!isHalf && reach > 125) return false;
    if (!multiply(unit, left, right, padded, panel)) return false;
    for (std::size_t r = 0; r < a.rows; ++r) std::copy_n(&panel[r * kWidth], count, &sums[r * b.rows + column]);
  }
  std::copy(sums.begin(), sums.end(), c.begin());
  return true;
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
