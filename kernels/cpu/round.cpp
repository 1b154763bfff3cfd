// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/round.h"

#include <hwy/cache_control.h>

#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/round.cpp"
#include <hwy/foreach_target.h>  // before highway.h: includes this file once for each target

#include <hwy/highway.h>

#include "kernels/cpu/code_stores.inl.h"
#include "kernels/cpu/rounding_lanes.inl.h"
#include "kernels/cpu/vector_loop.inl.h"

HWY_BEFORE_NAMESPACE();
namespace ulpscope::kernels {
namespace HWY_NAMESPACE {

// Lanes by value: their numbers stay in registers, though what is written might alias what others can see.

template <class D, class Lanes>
struct Rounded {
  Lanes lanes;
  HWY_INLINE auto operator()(const float* from) const { return lanes.round(hn::LoadU(D(), from)); }
};

template <class D, class Lanes>
struct Coded {
  Lanes lanes;
  HWY_INLINE auto operator()(const float* from) const { return lanes.encode(hn::LoadU(D(), from)); }
};

void roundArray(const RoundingPlan& plan, const float* in, float* out, std::size_t size, bool stream) {
  const hn::ScalableTag<float> d;
  withRoundingLanes(d, plan, [&]<class Lanes>(const Lanes& lanes) {
    writeVectors(d, in, out, size, stream, Rounded<decltype(d), Lanes>{lanes});
  });
  if (stream) hwy::FlushStream();
}

template <class Code>
void encodeArray(const RoundingPlan& plan, const float* in, Code* codes, std::size_t size, bool stream) {
  const hn::ScalableTag<float> d;
  withRoundingLanes(d, plan, [&]<class Lanes>(const Lanes& lanes) {
    writeCodes(d, in, codes, size, stream, Coded<decltype(d), Lanes>{lanes});
  });
  if (stream) hwy::FlushStream();
}

void encodeArray8(const RoundingPlan& plan, const float* in, std::uint8_t* codes, std::size_t size, bool stream) {
  encodeArray(plan, in, codes, size, stream);
}

void encodeArray16(const RoundingPlan& plan, const float* in, std::uint16_t* codes, std::size_t size, bool stream) {
  encodeArray(plan, in, codes, size, stream);
}

}  // namespace HWY_NAMESPACE
}  // namespace ulpscope::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ulpscope::kernels {

HWY_EXPORT(roundArray);
HWY_EXPORT(encodeArray8);
HWY_EXPORT(encodeArray16);

void roundValues(const RoundingPlan& plan, std::span<const float> in, std::span<float> out, bool stream) {
  HWY_DYNAMIC_DISPATCH(roundArray)(plan, in.data(), out.data(), in.size(), stream);
}

void encodeValues(const RoundingPlan& plan, std::span<const float> in, std::span<std::uint8_t> codes, bool stream) {
  HWY_DYNAMIC_DISPATCH(encodeArray8)(plan, in.data(), codes.data(), in.size(), stream);
}

void encodeValues(const RoundingPlan& plan, std::span<const float> in, std::span<std::uint16_t> codes, bool stream) {
  HWY_DYNAMIC_DISPATCH(encodeArray16)(plan, in.data(), codes.data(), in.size(), stream);
}

}  // namespace ulpscope::kernels
#endif
