// SPDX-License-Identifier: Apache-2.0
// Included once for each instruction set, after hwy/highway.h, so neither #pragma once nor a usual guard will do.
#if defined(ULPSCOPE_VECTOR_LOOP) == defined(HWY_TARGET_TOGGLE)
#ifdef ULPSCOPE_VECTOR_LOOP
#undef ULPSCOPE_VECTOR_LOOP
#else
#define ULPSCOPE_VECTOR_LOOP
#endif

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <hwy/cache_control.h>

HWY_BEFORE_NAMESPACE();
namespace ulpscope::kernels {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// How many elements ahead memory is asked for. Beyond an array's end that does nothing.
constexpr std::size_t kAhead = 768;

/// Calls work(in, out) for each vector's worth of elements, Lanes(d) of them on both sides. The last, short vector goes
/// through buffers; its missing elements are zero.
template <class D, class In, class Out, class Work>
HWY_INLINE void forEachVector(D d, const In* in, Out* out, std::size_t size, const Work& work) {
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + lanes <= size; i += lanes) {
    hwy::Prefetch(in + i + kAhead);
    work(in + i, out + i);
  }
  if (i == size) return;
  HWY_ALIGN In lastIn[hn::MaxLanes(d)] = {};
  HWY_ALIGN Out lastOut[hn::MaxLanes(d)];
  std::copy(in + i, in + size, lastIn);
  work(lastIn, lastOut);
  std::copy(lastOut, lastOut + (size - i), out + i);
}

/// Writes compute(in) of each vector to floats; with `stream` past the caches, for which `out` is brought to alignment
/// first. The caller flushes.
template <class D, class In, class Compute>
HWY_INLINE void writeFloats(D d, const In* in, float* out, std::size_t size, bool stream, const Compute& compute) {
  const auto store = [&](const In* from, float* to) { hn::StoreU(compute(from), d, to); };
  std::size_t done = 0;
  if (stream) {
    const std::size_t lanes = hn::Lanes(d);
    const std::size_t misaligned = reinterpret_cast<std::uintptr_t>(out) / sizeof(float) % lanes;
    done = misaligned == 0 ? 0 : std::min(size, lanes - misaligned);
    forEachVector(d, in, out, done, store);
    for (; done + lanes <= size; done += lanes) hn::Stream(compute(in + done), d, out + done);
  }
  forEachVector(d, in + done, out + done, size - done, store);
}

}  // namespace HWY_NAMESPACE
}  // namespace ulpscope::kernels
HWY_AFTER_NAMESPACE();

#endif
