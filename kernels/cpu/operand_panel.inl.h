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
#include <limits>

#include "core/matmul/operand_block.h"

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

/// Where the significands and exponents of some operands begin.
struct PanelRow {
  const float* significand;
  const float* exponent;
};

/// Operands as significand times 2^exponent, in two arrays: 1 <= |significand| < 2, but for values below the smallest
/// normal one of their format. Zero has an exponent below all that count.
class OperandPanel {
 public:
  static constexpr int kNotFinite = std::numeric_limits<int>::max();

  OperandPanel(std::size_t rows, std::size_t length)
      : m_length(length),
        m_significands(hwy::AllocateAligned<float>(rows * length)),
        m_exponents(hwy::AllocateAligned<float>(rows * length)) {
    // Whatever is not set afterwards is zero.
    std::fill_n(m_significands.get(), rows * length, 0.0F);
    std::fill_n(m_exponents.get(), rows * length, kOfZero);
  }

  /// One row after the other. The largest exponent, or kNotFinite.
  int setRows(const OperandBlock& rows, std::size_t length, int smallestExponent) {
    int largest = std::numeric_limits<int>::min() / 4;
    for (std::size_t r = 0; r < rows.rows; ++r) {
      const int ofRow = split(rows.values + r * rows.stride, length, smallestExponent, r * m_length);
      if (ofRow == kNotFinite) return kNotFinite;
      largest = std::max(largest, ofRow);
    }
    return largest;
  }

  /// As many rows as a vector has lanes at most, a lane for each.
  int setLanes(const OperandBlock& rows, std::size_t length, int smallestExponent) {
    interleave<kWidth>(rows, length, m_significands.get());  // split where they are
    return split(m_significands.get(), length * kWidth, smallestExponent, 0);
  }

  HWY_INLINE PanelRow row(std::size_t r, std::size_t k) const {
    return {m_significands.get() + r * m_length + k, m_exponents.get() + r * m_length + k};
  }
  HWY_INLINE PanelRow lanes(std::size_t k) const {
    return {m_significands.get() + k * kWidth, m_exponents.get() + k * kWidth};
  }

 private:
  static constexpr float kOfZero = -10'000;

  /// The largest exponent of the values, which are split to element `at` and those after it.
  int split(const float* values, std::size_t size, int smallestExponent, std::size_t at) {
    const D d;
    const DI di;
    const V smallest = hn::Set(d, static_cast<float>(smallestExponent));
    const V toSmallest = hn::Set(d, std::ldexp(1.0F, -smallestExponent));
    V largest = hn::Set(d, kOfZero);
    bool finite = true;
    const auto splitVector = [&](V x, V& significand, V& exponent) HWY_ATTR {
      const VI bits = hn::BitCast(di, x);
      const VI field = hn::And(hn::ShiftRight<23>(bits), hn::Set(di, 0xFF));
      finite = finite && hn::AllTrue(di, hn::Lt(field, hn::Set(di, 0xFF)));
      exponent = hn::ConvertTo(d, hn::Sub(field, hn::Set(di, 127)));
      const VI ofOne =
          hn::Or(hn::And(bits, hn::Set(di, static_cast<std::int32_t>(0x807FFFFFu))), hn::Set(di, 0x3F800000));
      const auto isSmall = hn::Lt(exponent, smallest);
      significand = hn::IfThenElse(isSmall, hn::Mul(x, toSmallest), hn::BitCast(d, ofOne));
      exponent = hn::IfThenElse(isSmall, smallest, exponent);
      exponent = hn::IfThenElse(hn::Eq(x, hn::Zero(d)), hn::Set(d, kOfZero), exponent);
      largest = hn::Max(largest, exponent);
    };
    std::size_t i = 0;
    V significand, exponent;
    for (; i + kWidth <= size; i += kWidth) {
      splitVector(hn::LoadU(d, values + i), significand, exponent);
      hn::StoreU(significand, d, m_significands.get() + at + i);
      hn::StoreU(exponent, d, m_exponents.get() + at + i);
    }
    if (i < size) {
      HWY_ALIGN float last[kWidth] = {};
      HWY_ALIGN float parts[2][kWidth];
      std::copy(values + i, values + size, last);
      splitVector(hn::Load(d, last), significand, exponent);
      hn::Store(significand, d, parts[0]);
      hn::Store(exponent, d, parts[1]);
      std::copy_n(parts[0], size - i, m_significands.get() + at + i);
      std::copy_n(parts[1], size - i, m_exponents.get() + at + i);
    }
    return finite ? static_cast<int>(hn::GetLane(hn::MaxOfLanes(d, largest))) : kNotFinite;
  }

  std::size_t m_length;
  hwy::AlignedFreeUniquePtr<float[]> m_significands;
  hwy::AlignedFreeUniquePtr<float[]> m_exponents;
};

}  // namespace HWY_NAMESPACE
}  // namespace ulpscope::kernels
HWY_AFTER_NAMESPACE();

#endif
