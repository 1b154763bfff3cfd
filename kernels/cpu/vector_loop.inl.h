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

constexpr std::size_t kLine = 64;  ///< bytes

/// How many elements ahead memory is asked for, in one place, and in each of two.
constexpr std::size_t kAhead = 768;
constexpr std::size_t kAheadOfHalf = 256;

/// Asks for the line that `address` is in. Beyond an array's end that does nothing. In the order written, which the
/// hardware finds ascending lines by: compilers reorder the intrinsic, which once took 1.7 times the time.
HWY_INLINE void askFor(const void* address) {
#if HWY_ARCH_X86 && !HWY_COMPILER_MSVC
  asm volatile("prefetcht0 %0" : : "m"(*static_cast<const char*>(address)));
#else
  hwy::Prefetch(address);
#endif
}

/// Calls work(i) for each i below `count`; in two places, of the lower half and of the upper half in turn. Memory that
/// is read so comes up to a third faster, since the hardware finds each page's next lines on its own.
template <class Work>
HWY_INLINE void forEachStep(std::size_t count, bool inTwoPlaces, const Work& work) {
  const std::size_t half = inTwoPlaces ? count / 2 : 0;
  for (std::size_t i = 0; i < count; ++i) work(i < 2 * half ? i / 2 + i % 2 * half : i);  // one call: work is inlined
}

/// Whether an input of so many bytes is read faster in two places: both should take 32 KiB or more.
constexpr bool worthTwoPlaces(std::size_t bytes) { return bytes >= std::size_t{1} << 17; }

/// Whether vectors can be written to `to` past the caches.
inline bool isAligned(const void* to) { return reinterpret_cast<std::uintptr_t>(to) % HWY_MAX_BYTES == 0; }

/// With `stream` past the caches, for which `to` is aligned.
template <class D>
HWY_INLINE void store(hn::Vec<D> v, D d, hn::TFromD<D>* to, bool stream) {
  if (stream)
    hn::Stream(v, d, to);
  else
    hn::StoreU(v, d, to);
}

/// Writes compute(in) to `out`, through buffers: fewer than Lanes(d) elements. Those missing are zero.
template <class D, class In, class Out, class Compute>
HWY_NOINLINE void writeFew(D d, const In* in, Out* out, std::size_t size, const Compute& compute) {
  HWY_ALIGN In someIn[hn::MaxLanes(d)] = {};
  HWY_ALIGN Out someOut[hn::MaxLanes(d)];
  std::copy(in, in + size, someIn);
  hn::Store(compute(someIn), d, someOut);
  std::copy(someOut, someOut + size, out);
}

/// Writes compute(in), a vector of Lanes(d) elements, for each Lanes(d) elements of `in`; with `stream` past the
/// caches, for which the caller flushes. What does not fill a vector is the end, and with `stream` what comes before
/// `out` is aligned.
template <class D, class In, class Out, class Compute>
HWY_INLINE void writeVectors(D d, const In* in, Out* out, std::size_t size, bool stream, const Compute& compute) {
  const std::size_t lanes = hn::Lanes(d);
  const std::size_t misaligned = stream ? reinterpret_cast<std::uintptr_t>(out) / sizeof(Out) % lanes : 0;
  const std::size_t first = misaligned == 0 ? 0 : std::min(size, lanes - misaligned);
  if (first > 0) writeFew(d, in, out, first, compute);
  const std::size_t steps = (size - first) / lanes;
  const bool inTwoPlaces = worthTwoPlaces(size * sizeof(In));
  const std::size_t ahead = inTwoPlaces ? kAheadOfHalf : kAhead;
  // A copy of its own, whose members stay in registers: what is written might alias what others can see.
  forEachStep(steps, inTwoPlaces, [=](std::size_t step) {
    const std::size_t at = first + step * lanes;
    for (std::size_t i = 0; i < lanes; i += std::max<std::size_t>(1, kLine / sizeof(In))) askFor(in + at + ahead + i);
    store(compute(in + at), d, out + at, stream);
  });
  if (const std::size_t done = first + steps * lanes; done < size)
    writeFew(d, in + done, out + done, size - done, compute);
}

}  // namespace HWY_NAMESPACE
}  // namespace ulpscope::kernels
HWY_AFTER_NAMESPACE();

#endif
