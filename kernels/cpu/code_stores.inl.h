// SPDX-License-Identifier: Apache-2.0
// Included once for each instruction set, after hwy/highway.h, so neither #pragma once nor a usual guard will do.
#if defined(ULPSCOPE_CODE_STORES) == defined(HWY_TARGET_TOGGLE)
#ifdef ULPSCOPE_CODE_STORES
#undef ULPSCOPE_CODE_STORES
#else
#define ULPSCOPE_CODE_STORES
#endif

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "kernels/cpu/vector_loop.inl.h"

// Codes are computed in lanes of 32 bits and lie in memory in 8 or 16.
HWY_BEFORE_NAMESPACE();
namespace ulpscope::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Clears all of each lane but its low byte.
template <class VI>
HWY_INLINE VI lowByte(VI v) {
  return hn::And(v, hn::Set(hn::DFromV<VI>(), 0xFF));
}

/// Stores the low byte of each lane.
template <class VI>
HWY_INLINE void storeLowBytes(VI v, std::uint8_t* to) {
#if HWY_TARGET == HWY_AVX3
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm512_cvtepi32_epi8(v.raw));
#else
  const hn::DFromV<VI> di;
  const hn::RebindToUnsigned<decltype(di)> du;
  const hn::Rebind<std::uint8_t, decltype(du)> dCode;
  hn::StoreU(hn::TruncateTo(dCode, hn::BitCast(du, v)), dCode, to);
#endif
}

/// A vector of the codes in the lanes of vector(0), vector(1) and so on: two vectors for codes of 16 bits, four for 8.
/// The lanes have zeros above the codes.
template <class Code, class Vector>
HWY_INLINE hn::Vec<hn::ScalableTag<Code>> packedCodes(const Vector& vector) {
#if HWY_TARGET == HWY_AVX3
  // Packing goes by 16 bytes, so the four or two vectors' parts are in turn, and put in order at last.
  const auto halves = [&](std::size_t v) {
    const __m512i first = vector(v).raw;
    return _mm512_packus_epi32(first, vector(v + 1).raw);
  };
  if constexpr (sizeof(Code) == 1) {
    const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    const __m512i first = halves(0);
    return hn::Vec512<Code>{_mm512_permutexvar_epi32(order, _mm512_packus_epi16(first, halves(2)))};
  } else {
    const __m512i order = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);
    return hn::Vec512<Code>{_mm512_permutexvar_epi64(order, halves(0))};
  }
#else
  const hn::ScalableTag<Code> dCodes;
  const hn::Half<decltype(dCodes)> dHalf;
  const auto codes = [&](std::size_t v) {
    const hn::Rebind<Code, hn::ScalableTag<std::uint32_t>> dCode;
    return hn::TruncateTo(dCode, hn::BitCast(hn::ScalableTag<std::uint32_t>(), vector(v)));
  };
  if constexpr (sizeof(Code) == 1)
    return hn::Combine(dCodes, hn::Combine(dHalf, codes(3), codes(2)), hn::Combine(dHalf, codes(1), codes(0)));
  else
    return hn::Combine(dCodes, codes(1), codes(0));
#endif
}

/// writeVectors of the codes that compute(in) has in its lanes, with zeros above, for each Lanes(d) values.
template <class D, class Code, class Compute>
HWY_INLINE void writeCodes(D d, const float* in, Code* codes, std::size_t size, bool stream, const Compute& compute) {
  const auto packed = [=](const float* from) {
    return packedCodes<Code>([&](std::size_t v) { return compute(from + v * hn::Lanes(d)); });
  };
  writeVectors(hn::ScalableTag<Code>(), in, codes, size, stream, packed);
}

}  // namespace HWY_NAMESPACE
}  // namespace ulpscope::kernels
HWY_AFTER_NAMESPACE();

#endif
