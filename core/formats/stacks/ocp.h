// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/formats/stacks/stack_rules.h"

// What the specifications of the Open Compute Project say in both overflow modes.
namespace ulpscope::ocp_rules {

inline constexpr StackRule kFloat8[] = {stack_rules::kNanOfAnyCode};
/// MX 1.0 has finite numbers beyond the range clamp, and nothing to say on the rest.
inline constexpr StackRule kNoSpecials[] = {
    {stack_rules::isNan, nullptr,
     "the specification leaves to the implementation what NaN becomes in a format without one"},
    {stack_rules::isInfinite, nullptr,
     "the specification leaves to the implementation what infinity becomes in a format without one"},
};

inline constexpr std::string_view kOtherwise =
    "the specifications have conversions to FP8 E4M3 and E5M2, FP6 and FP4 only (an MX scale is made from the block's "
    "largest "
    "element)";

}  // namespace ulpscope::ocp_rules
