// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/formats/stacks/stack_rules.h"

// What the specifications of the Open Compute Project say in both overflow modes.
namespace ulpscope::ocp_rules {

inline constexpr StackRule kFloat8[] = {stack_rules::kNanOfAnyCode};
/// Finite numbers beyond the range clamp: there is nothing else to go to. MX 1.0 itself was not at hand; that it leaves
/// NaN open is what those say who implement it.
inline constexpr StackRule kNoSpecials[] = {
    {stack_rules::isNan, nullptr,
     "the specification leaves to the implementation what NaN becomes in a format without one"},
    {stack_rules::isInfinite, nullptr,
     "no rule is known here for infinity in a format without one (the text of MX 1.0 was not at hand)"},
};

inline constexpr std::string_view kVersion = "OFP8 1.0; MX 1.0 for FP6 and FP4, as those have it who implement it";
inline constexpr std::string_view kSource =
    "OCP 8-bit Floating Point Specification (OFP8) rev. 1.0, table 3; OCP Microscaling Formats (MX) 1.0";
inline constexpr std::string_view kOtherwise =
    "the specifications have conversions to FP8 E4M3 and E5M2, FP6 and FP4 only (an MX scale is made from the block's "
    "largest "
    "element)";

}  // namespace ulpscope::ocp_rules
