// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/round.h"

#include <hwy/cache_control.h>

#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/round.cpp"
#include <hwy/foreach_target.h>  // before highway.h: includes this file once for each target

#include <hwy/highway.h>

#include "kernels/cpu/rounding_lanes.inl.h"
#include "kernels/cpu/vector_loop.inl.h"

HWY_BEFORE_NAMESPACE();
namespace ulpscope::kernels {
namespace HWY_NAMESPACE {

void roundArray(const RoundingPlan& plan, const float* in, float* out, std::size_t size, bool stream) {
  const hn::ScalableTag<float> d;
  withRoundingLanes(d, plan, [&](const auto& lanes) {
    writeFloats(d, in, out, size, stream, [&](const float* from) { return lanes.round(hn::LoadU(d, from)); });
  });
  if (stream) hwy::FlushStream();
}

template <class Code>
void encodeArray(const RoundingPlan& plan, const float* in, Code* codes, std::size_t size) {
  const hn::ScalableTag<float> d;
  const hn::Rebind<Code, decltype(d)> dCode;
  withRoundingLanes(d, plan, [&](const auto& lanes) {
    forEachVector(d, in, codes, size, [&](const float* from, Code* to) {
      hn::StoreU(hn::DemoteTo(dCode, lanes.encode(hn::LoadU(d, from))), dCode, to);
    });
  });
}

void encodeArray8(const RoundingPlan& plan, const float* in, std::uint8_t* codes, std::size_t size) {
  encodeArray(plan, in, codes, size);
}

void encodeArray16(const RoundingPlan& plan, const float* in, std::uint16_t* codes, std::size_t size) {
  encodeArray(plan, in, codes, size);
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

void encodeValues(const RoundingPlan& plan, std::span<const float> in, std::span<std::uint8_t> codes) {
  HWY_DYNAMIC_DISPATCH(encodeArray8)(plan, in.data(), codes.data(), in.size());
}

void encodeValues(const RoundingPlan& plan, std::span<const float> in, std::span<std::uint16_t> codes) {
  HWY_DYNAMIC_DISPATCH(encodeArray16)(plan, in.data(), codes.data(), in.size());
}

}  // namespace ulpscope::kernels
#endif
