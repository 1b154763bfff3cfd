// SPDX-License-Identifier: Apache-2.0
// Included once for each instruction set, after hwy/highway.h, so neither #pragma once nor a usual guard will do.
#if defined(ULPSCOPE_OPERAND_PANEL) == defined(HWY_TARGET_TOGGLE)
#ifdef ULPSCOPE_OPERAND_PANEL
#undef ULPSCOPE_OPERAND_PANEL
#else
#define ULPSCOPE_OPERAND_PANEL
#endif

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/matmul/block_scaled_dot.h"
#include "core/matmul/operand_block.h"

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
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
using DI = hn::RebindToSigned<D>;
using V = hn::Vec<D>;
using VI = hn::Vec<DI>;
constexpr std::size_t kWidth = hn::MaxLanes(D());

/// Rows that are `length` long become columns of an array kColumns wide; columns without a row are zero.
template <std::size_t kColumns, class T>
void interleave(const RowBlock<T>& rows, std::size_t length, T* out) {
  constexpr std::size_t kTile = 64;  // so that the lines of all rows stay in cache
  if (rows.rows < kColumns) std::fill_n(out, length * kColumns, T{0});
  for (std::size_t first = 0; first < length; first += kTile)
    for (std::size_t j = 0; j < rows.rows; ++j) {
      const T* const row = rows.values + j * rows.stride;
      for (std::size_t k = first; k < std::min(first + kTile, length); ++k) out[k * kColumns + j] = row[k];
    }
}

/// Where some operands begin.
struct PanelRow {
  const float* value;
  const float* magnitude;
};

/// Exponents of operands, or of sums, that are not zero.
struct OperandRange {
  int smallest = kNone;  ///< floor(log2) of the least magnitude
  int largest = -kNone;  ///< of the largest, but not below the format's smallest normal one
  bool isFinite = true;

  static constexpr int kNone = 1 << 20;

  void merge(const OperandRange& other) {
    smallest = std::min(smallest, other.smallest);
    largest = std::max(largest, other.largest);
    isFinite = isFinite && other.isFinite;
  }
};

/// Products and sums that are not smaller are far enough from the lower end of float32 for lanes that leave its
/// subnormal numbers out.
constexpr int kSmallestProduct = -75;
constexpr int kSmallestSum = -100;

enum class OperandForm : std::uint8_t {
  Value,  ///< operands as they are, and 2^exponent as their magnitudes; 0 of zero
  Split,  ///< significands, 1 <= |s| < 2 but for values below the smallest normal one of their format, and exponents;
          ///< zero has one below all that count
};

/// Operands and their magnitudes, in two arrays.
template <OperandForm kForm>
class OperandPanel {
 public:
  OperandPanel(std::size_t rows, std::size_t length)
      : m_rows(rows),
        m_length(length),
        m_values(hwy::AllocateAligned<float>(rows * length)),
        m_magnitudes(hwy::AllocateAligned<float>(rows * length)) {}

  /// One row after the other.
  OperandRange setRows(const OperandBlock& rows, std::size_t length, int smallestExponent) {
    OperandRange range;
    for (std::size_t r = 0; r < rows.rows; ++r) {
      range.merge(split(rows.values + r * rows.stride, length, smallestExponent, r * m_length));
      clear(r * m_length + length, (r + 1) * m_length);
    }
    clear(rows.rows * m_length, m_rows * m_length);
    return range;
  }

  /// As many rows as a vector has lanes at most, a lane for each.
  OperandRange setLanes(const OperandBlock& rows, std::size_t length, int smallestExponent) {
    interleave<kWidth>(rows, length, m_values.get());  // split where they are
    clear(length * kWidth, m_length * kWidth);
    return split(m_values.get(), length * kWidth, smallestExponent, 0);
  }

  /// The same of operands with scales that are powers of two, which become part of values and magnitudes.
  OperandRange setRows(const ScaledBlock& rows, std::size_t length, int smallestExponent) {
    OperandRange range;
    for (std::size_t r = 0; r < rows.elements.rows; ++r) {
      const SplitScale* const scales = rows.scales.values + r * rows.scales.stride;
      for (std::size_t k = 0; k < length; k += rows.blockLength) {
        const float* const values = rows.elements.values + r * rows.elements.stride + k;
        const SplitScale& scale = scales[k / rows.blockLength];
        if (!isUsable(scale, {values, rows.blockLength})) return {0, 0, false};
        range.merge(split(values, rows.blockLength, smallestExponent, r * m_length + k,
                          hn::Set(DI(), std::max(scale.exponent, -126))));
      }
    }
    clear(rows.elements.rows * m_length, m_rows * m_length);
    return range;
  }
  OperandRange setLanes(const ScaledBlock& rows, std::size_t length, int smallestExponent) {
    interleave<kWidth>(rows.elements, length, m_values.get());
    HWY_ALIGN std::int32_t exponents[kWidth] = {};
    OperandRange range;
    for (std::size_t k = 0; k < length; k += rows.blockLength) {
      for (std::size_t j = 0; j < rows.elements.rows; ++j) {
        const float* const own = rows.elements.values + j * rows.elements.stride + k;
        const SplitScale& scale = rows.scales.values[j * rows.scales.stride + k / rows.blockLength];
        if (!isUsable(scale, {own, rows.blockLength})) return {0, 0, false};
        exponents[j] = std::max(scale.exponent, -126);
      }
      const float* const values = m_values.get() + k * kWidth;
      range.merge(split(values, rows.blockLength * kWidth, smallestExponent, k * kWidth, hn::Load(DI(), exponents)));
    }
    return range;
  }

  HWY_INLINE PanelRow row(std::size_t r, std::size_t k) const { return at(r * m_length + k); }
  HWY_INLINE PanelRow lanes(std::size_t k) const { return at(k * kWidth); }

 private:
  static constexpr std::int32_t kBelowAll = -10'000;

  HWY_INLINE PanelRow at(std::size_t place) const { return {m_values.get() + place, m_magnitudes.get() + place}; }

  /// 2^-127, the scale of zeros, is no normal number.
  static bool isUsable(const SplitScale& scale, std::span<const float> values) {
    if (std::isnan(scale.significand)) return false;
    return scale.exponent >= -126 || std::ranges::all_of(values, [](float x) { return x == 0; });
  }

  void clear(std::size_t first, std::size_t end) {
    std::fill(m_values.get() + first, m_values.get() + end, 0.0F);
    std::fill(m_magnitudes.get() + first, m_magnitudes.get() + end, kForm == OperandForm::Value ? 0.0F : kBelowAll);
  }

  OperandRange split(const float* values, std::size_t size, int smallestExponent, std::size_t to) {
    return split(values, size, smallestExponent, to, hn::Zero(DI()));
  }

  /// The values go to element `to` and those after it. `scale` is the exponent of a power of two, a lane for each lane
  /// of values; not for OperandForm::Split.
  OperandRange split(const float* values, std::size_t size, int smallestExponent, std::size_t to, VI scale) {
    const D d;
    const DI di;
    const V power = hn::BitCast(d, hn::ShiftLeft<23>(hn::Add(scale, hn::Set(di, 127))));
    const VI smallest = hn::Set(di, smallestExponent);
    const V toSmallest = hn::Set(d, std::ldexp(1.0F, -smallestExponent));
    VI low = hn::Set(di, OperandRange::kNone);
    VI high = hn::Set(di, -OperandRange::kNone);
    const auto splitVector = [&](V x, float* value, float* magnitude) HWY_ATTR {
      const VI bits = hn::BitCast(di, x);
      const VI field = hn::And(hn::ShiftRight<23>(bits), hn::Set(di, 0xFF));
      const auto isZero = hn::RebindMask(di, hn::Eq(x, hn::Zero(d)));
      const VI own = hn::Sub(field, hn::Set(di, 127));  // -127 of float32's own subnormal numbers
      const VI unscaled = hn::IfThenElse(isZero, hn::Set(di, kBelowAll), hn::Max(own, smallest));
      const VI exponent = hn::Add(unscaled, scale);
      low = hn::Min(low, hn::IfThenElse(isZero, low, hn::Add(own, scale)));
      high = hn::Max(high, exponent);
      if constexpr (kForm == OperandForm::Value) {
        const VI ofPower = hn::ShiftLeft<23>(hn::Max(hn::Add(exponent, hn::Set(di, 127)), hn::Zero(di)));
        hn::StoreU(hn::Mul(x, power), d, value);
        hn::StoreU(hn::BitCast(d, ofPower), d, magnitude);
      } else {
        const VI significand = hn::Or(hn::And(bits, hn::Set(di, static_cast<std::int32_t>(0x807FFFFFu))),
                                      hn::BitCast(di, hn::Set(d, 1.0F)));
        const auto isSmall = hn::RebindMask(d, hn::Lt(own, smallest));
        hn::StoreU(hn::IfThenElse(isSmall, hn::Mul(x, toSmallest), hn::BitCast(d, significand)), d, value);
        hn::StoreU(hn::ConvertTo(d, exponent), d, magnitude);
      }
    };
    float* const value = m_values.get() + to;
    float* const magnitude = m_magnitudes.get() + to;
    std::size_t i = 0;
    for (; i + kWidth <= size; i += kWidth) splitVector(hn::LoadU(d, values + i), value + i, magnitude + i);
    if (i < size) {
      HWY_ALIGN float last[kWidth] = {};
      HWY_ALIGN float magnitudes[kWidth];
      std::copy(values + i, values + size, last);
      splitVector(hn::Load(d, last), last, magnitudes);
      std::copy_n(last, size - i, value + i);
      std::copy_n(magnitudes, size - i, magnitude + i);
    }
    const OperandRange range{hn::GetLane(hn::MinOfLanes(di, low)), hn::GetLane(hn::MaxOfLanes(di, high))};
    return {range.smallest, range.largest, range.largest < 128};
  }

  std::size_t m_rows;
  std::size_t m_length;
  hwy::AlignedFreeUniquePtr<float[]> m_values;
  hwy::AlignedFreeUniquePtr<float[]> m_magnitudes;
};

}  // namespace HWY_NAMESPACE
}  // namespace ulpscope::kernels
HWY_AFTER_NAMESPACE();

#endif
