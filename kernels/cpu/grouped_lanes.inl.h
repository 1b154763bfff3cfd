// SPDX-License-Identifier: Apache-2.0
// Included once for each instruction set, after hwy/highway.h, so neither #pragma once nor a usual guard will do.
#if defined(ULPSCOPE_GROUPED_LANES) == defined(HWY_TARGET_TOGGLE)
#ifdef ULPSCOPE_GROUPED_LANES
#undef ULPSCOPE_GROUPED_LANES
#else
#define ULPSCOPE_GROUPED_LANES
#endif

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/matmul/block_scaled_dot.h"
#include "kernels/cpu/operand_panel.inl.h"

HWY_BEFORE_NAMESPACE();
namespace ulpscope::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Elements, and what is known of each group of them.
struct GroupedRow {
  const float* value;
  const double* scale;  ///< significand * 2^exponent
  const std::int32_t* exponent;
  const std::int32_t* isNonzero;  ///< a bit for each element of a group; none where its scale is zero
};

/// Operands in groups of kGroup elements with a scale.
template <std::size_t kGroup>
class GroupedPanel {
 public:
  GroupedPanel(std::size_t rows, std::size_t length)
      : m_length(length),
        m_values(hwy::AllocateAligned<float>(rows * length)),
        m_scales(hwy::AllocateAligned<double>(rows * length / kGroup)),
        m_exponents(hwy::AllocateAligned<std::int32_t>(rows * length / kGroup)),
        m_isNonzero(hwy::AllocateAligned<std::int32_t>(rows * length / kGroup)) {
    std::fill_n(m_values.get(), rows * length, 0.0F);
    std::fill_n(m_scales.get(), rows * length / kGroup, 0.0);
    std::fill_n(m_exponents.get(), rows * length / kGroup, 0);
    std::fill_n(m_isNonzero.get(), rows * length / kGroup, 0);
  }

  OperandRange setRows(const ScaledBlock& rows, std::size_t length, int) {
    for (std::size_t r = 0; r < rows.elements.rows; ++r)
      std::copy_n(rows.elements.row(r, length).begin(), length, m_values.get() + r * m_length);
    return setGroups(rows, length, m_length / kGroup, 1);
  }
  OperandRange setLanes(const ScaledBlock& rows, std::size_t length, int) {
    interleave<kWidth>(rows.elements, length, m_values.get());
    return setGroups(rows, length, 1, kWidth);
  }

  HWY_INLINE GroupedRow row(std::size_t r, std::size_t k) const { return at(r * m_length + k); }
  HWY_INLINE GroupedRow lanes(std::size_t k) const { return at(k * kWidth); }

 private:
  HWY_INLINE GroupedRow at(std::size_t element) const {
    const std::size_t group = element / kGroup;
    return {m_values.get() + element, m_scales.get() + group, m_exponents.get() + group, m_isNonzero.get() + group};
  }

  /// Group g of row r is number r * ofRow + g * ofGroup.
  OperandRange setGroups(const ScaledBlock& rows, std::size_t length, std::size_t ofRow, std::size_t ofGroup) {
    constexpr int kBeyondScale = 6;  // a sum of products of FP4 with both significands: below 2^12
    OperandRange range;
    for (std::size_t r = 0; r < rows.elements.rows; ++r)
      for (std::size_t g = 0; g < length / kGroup; ++g) {
        const SplitScale& scale = rows.scales.values[r * rows.scales.stride + g * kGroup / rows.blockLength];
        if (std::isnan(scale.significand)) return {0, 0, false};
        std::int32_t isNonzero = 0;
        for (std::size_t k = 0; k < kGroup; ++k)
          isNonzero |= (rows.elements.values[r * rows.elements.stride + g * kGroup + k] != 0 ? 1 : 0) << k;
        if (scale.significand == 0) isNonzero = 0;
        const std::size_t to = r * ofRow + g * ofGroup;
        m_scales.get()[to] = std::ldexp(static_cast<double>(scale.significand), scale.exponent);
        m_exponents.get()[to] = scale.exponent;
        m_isNonzero.get()[to] = isNonzero;
        if (isNonzero != 0) range.merge({scale.exponent, scale.exponent + kBeyondScale});
      }
    return range;
  }

  std::size_t m_length;
  hwy::AlignedFreeUniquePtr<float[]> m_values;
  hwy::AlignedFreeUniquePtr<double[]> m_scales;
  hwy::AlignedFreeUniquePtr<std::int32_t[]> m_exponents;
  hwy::AlignedFreeUniquePtr<std::int32_t[]> m_isNonzero;
};

/// groupedBlock() in core/matmul/block_scaled_dot.h of kLength FP4 products in groups of kGroup, a lane for each
/// column. Sums of a group are exact in float32, everything behind them in double; sums are far from the ends of
/// float32.
template <std::size_t kLength, std::size_t kGroup>
class GroupedLanes {
  using DD = hn::Rebind<double, hn::Half<D>>;
  using DL = hn::RebindToSigned<DD>;
  using VD = hn::Vec<DD>;
  static constexpr std::size_t kGroups = kLength / kGroup;

 public:
  using Panel = GroupedPanel<kGroup>;

  static bool covers(const DotUnit& unit, const OperandRange& products, const OperandRange& sums) {
    return products.smallest >= kSmallestProduct && sums.smallest >= kSmallestSum &&
           unit.zeroExponent <= kSmallestSum && unit.alignmentBits <= 40;
  }

  explicit GroupedLanes(const DotUnit& unit)
      : m_alignmentBits(hn::Set(DI(), unit.alignmentBits)), m_zeroExponent(hn::Set(DI(), unit.zeroExponent)) {}

  HWY_INLINE V add(const GroupedRow& a, const GroupedRow& b, V c, VI&) const {
    const D d;
    const DI di;
    VI largest = exponentOf(c);
    V sums[kGroups];
    for (std::size_t g = 0; g < kGroups; ++g) {
      sums[g] = hn::Zero(d);
      ULPSCOPE_UNROLL
      for (std::size_t k = g * kGroup; k < (g + 1) * kGroup; ++k)
        sums[g] = hn::MulAdd(hn::Set(d, a.value[k]), hn::Load(d, b.value + k * kWidth), sums[g]);
      const VI common = hn::And(hn::Set(di, a.isNonzero[g]), hn::Load(di, b.isNonzero + g * kWidth));
      const VI exponent = hn::Add(hn::Set(di, a.exponent[g]), hn::Load(di, b.exponent + g * kWidth));
      largest = hn::Max(largest, hn::IfThenElse(hn::Eq(common, hn::Zero(di)), m_zeroExponent, exponent));
    }
    const VI shift = hn::Sub(m_alignmentBits, largest);
    const hn::Half<D> half;
    const hn::Half<DI> ofShift;
    VD low[kGroups], high[kGroups];
    for (std::size_t g = 0; g < kGroups; ++g) {
      const VD scale = hn::Set(DD(), a.scale[g]);
      const double* const scales = b.scale + g * kWidth;
      low[g] = hn::Mul(hn::PromoteTo(DD(), hn::LowerHalf(half, sums[g])), hn::Mul(scale, hn::Load(DD(), scales)));
      high[g] = hn::Mul(hn::PromoteTo(DD(), hn::UpperHalf(half, sums[g])),
                        hn::Mul(scale, hn::Load(DD(), scales + kWidth / 2)));
    }
    const auto lower = halfOf(low, hn::LowerHalf(half, c), hn::LowerHalf(ofShift, shift));
    const auto upper = halfOf(high, hn::UpperHalf(half, c), hn::UpperHalf(ofShift, shift));
    return hn::Combine(d, upper, lower);
  }

 private:
  HWY_INLINE VI exponentOf(V c) const {
    const DI di;
    const VI field = hn::And(hn::ShiftRight<23>(hn::BitCast(di, c)), hn::Set(di, 0xFF));
    return hn::IfThenElse(hn::Eq(field, hn::Zero(di)), m_zeroExponent, hn::Sub(field, hn::Set(di, 127)));
  }

  static HWY_INLINE VD powerOf(hn::Vec<DL> exponent) {
    return hn::BitCast(DD(), hn::ShiftLeft<52>(hn::Add(exponent, hn::Set(DL(), 1023))));
  }

  /// Everything is exact but the cuts.
  static HWY_INLINE hn::Vec<hn::Half<D>> halfOf(const VD* groups, hn::Vec<hn::Half<D>> c, hn::Vec<hn::Half<DI>> shift) {
    const DD dd;
    const DL dl;
    const hn::Vec<DL> exponent = hn::PromoteTo(dl, shift);
    const VD toUnits = powerOf(exponent);
    VD sum = hn::Trunc(hn::Mul(hn::PromoteTo(dd, c), toUnits));
    for (std::size_t g = 0; g < kGroups; ++g) sum = hn::Add(sum, hn::Trunc(hn::Mul(groups[g], toUnits)));
    const auto ofFloat = hn::Set(dl, ~((std::int64_t{1} << 29) - 1));
    const VD cut = hn::BitCast(dd, hn::And(hn::BitCast(dl, sum), ofFloat));
    return hn::DemoteTo(hn::Half<D>(), hn::Mul(cut, powerOf(hn::Neg(exponent))));
  }

  VI m_alignmentBits;
  VI m_zeroExponent;
};

}  // namespace HWY_NAMESPACE
}  // namespace ulpscope::kernels
HWY_AFTER_NAMESPACE();

#endif
