// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/multiply_scaled.h"

#include <cassert>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/multiply_scaled.cpp"
#include <hwy/foreach_target.h>  // before highway.h: includes this file once for each target

#include <hwy/aligned_allocator.h>
#include <hwy/highway.h>

#include "kernels/cpu/grouped_lanes.inl.h"
#include "kernels/cpu/multiply_panels.inl.h"
#include "kernels/cpu/near_lanes.inl.h"

HWY_BEFORE_NAMESPACE();
namespace ulpscope::kernels {
namespace HWY_NAMESPACE {

constexpr Accumulator kFloat32 = Accumulator::Float32TowardZero;

bool multiplyPowers(const ScaledUnit& unit, const ScaledBlock& a, const ScaledBlock& b, std::size_t length,
                    std::span<float> c) {
  return multiplyPanels<NearLanes<32, kFloat32>, kFloat32, 32>(unit.unit, unit.smallestExponent, a, b, length, c);
}

bool multiplyGroups(const ScaledUnit& unit, const ScaledBlock& a, const ScaledBlock& b, std::size_t length,
                    std::span<float> c) {
  return multiplyPanels<GroupedLanes<64, 16>, kFloat32, 64>(unit.unit, unit.smallestExponent, a, b, length, c);
}

}  // namespace HWY_NAMESPACE
}  // namespace ulpscope::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ulpscope::kernels {

HWY_EXPORT(multiplyPowers);
HWY_EXPORT(multiplyGroups);

bool multiplyScaled(const ScaledUnit& unit, const ScaledBlock& a, const ScaledBlock& b, std::size_t length,
                    std::span<float> c) {
  assert(c.size() == a.elements.rows * b.elements.rows);
  const bool isCovered = unit.unit.accumulator == Accumulator::Float32TowardZero && unit.unit.promoteEvery == 0 &&
                         length % static_cast<std::size_t>(unit.unit.blockLength) == 0;
  if (!isCovered) return false;
  if (unit.groupLength == 0 && unit.unit.blockLength == 32 && a.blockLength == 32 && b.blockLength == 32)
    return HWY_DYNAMIC_DISPATCH(multiplyPowers)(unit, a, b, length, c);
  if (unit.groupLength == 16 && unit.unit.blockLength == 64)
    return HWY_DYNAMIC_DISPATCH(multiplyGroups)(unit, a, b, length, c);
  return false;
}

}  // namespace ulpscope::kernels
#endif
