// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/instruction_set.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/instruction_set.cpp"
#include <hwy/foreach_target.h>  // before highway.h: includes this file once for each target

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ulpscope::kernels {
namespace HWY_NAMESPACE {

const char* targetName() { return hwy::TargetName(HWY_TARGET); }

}  // namespace HWY_NAMESPACE
}  // namespace ulpscope::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ulpscope::kernels {

HWY_EXPORT(targetName);

std::string_view instructionSet() { return HWY_DYNAMIC_DISPATCH(targetName)(); }

std::vector<std::int64_t> compiledInstructionSets() { return hwy::SupportedAndGeneratedTargets(); }

void forceInstructionSet(std::int64_t set) {
  hwy::SetSupportedTargetsForTest(set);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

}  // namespace ulpscope::kernels
#endif
