// SPDX-License-Identifier: Apache-2.0
// Included once for each instruction set, after hwy/highway.h, so neither #pragma once nor a usual guard will do.
#if defined(ULPSCOPE_WHOLE_NUMBERS) == defined(HWY_TARGET_TOGGLE)
#ifdef ULPSCOPE_WHOLE_NUMBERS
#undef ULPSCOPE_WHOLE_NUMBERS
#else
#define ULPSCOPE_WHOLE_NUMBERS
#endif

#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace ulpscope::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// hn::ConvertTo(int32) of values that fit: Highway's own spends two operations on repairing those beyond 2^31.
template <class V>
HWY_INLINE auto truncated(V v) {
#if HWY_TARGET == HWY_AVX3
  return hn::Vec512<std::int32_t>{_mm512_cvttps_epi32(v.raw)};
#elif HWY_TARGET == HWY_AVX2
  return hn::Vec256<std::int32_t>{_mm256_cvttps_epi32(v.raw)};
#else
  const hn::DFromV<V> d;
  return hn::ConvertTo(hn::RebindToSigned<decltype(d)>(), v);
#endif
}

}  // namespace HWY_NAMESPACE
}  // namespace ulpscope::kernels
HWY_AFTER_NAMESPACE();

#endif
