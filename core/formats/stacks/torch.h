// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/formats/stacks/stack_rules.h"

// What all versions of PyTorch have in common, from torch/headeronly/util/Float8_*.h.
namespace ulpscope::torch_rules {

inline constexpr StackRule kWide[] = {stack_rules::kNanByMachine};
/// 0x7F where numpy, ml_dtypes and others have 0x7E.
inline constexpr StackRule kE5m2[] = {stack_rules::kNanIsAllOnes};
/// Reads the exponent field of a float32 and rounds by its fraction: zero has field 0, which stands for 2^-127.
inline constexpr StackRule kE8m0[] = {
    {stack_rules::isZero, stack_rules::firstCode,
     "there is no zero in the format, it becomes {code}, which stands for 2^-127"},
    stack_rules::kInfinityIsNan,
    {[](const ConversionCase& given) { return given.number.negative && stack_rules::isJustAboveSmallestScale(given); },
     stack_rules::secondCode, "the sign is dropped, and anything above 2^-127 goes up to 2^-126"},
    stack_rules::kRoundsUpBelowNormalFloats,
    stack_rules::kSignIsDropped,
};

inline constexpr std::string_view kOtherwise =
    "there is no conversion of a number to this format (float4_e2m1fn_x2 stores codes but cannot be cast to; integers "
    "drop the fraction, and their overflow is the processor's)";

}  // namespace ulpscope::torch_rules
