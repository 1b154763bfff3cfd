// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/formats/stacks/stack_rules.h"

// What ONNX's Cast does whatever `saturate` says.
namespace ulpscope::onnx_rules {

inline constexpr StackRule kE5m2[] = {stack_rules::kNanOfAnyCode};
/// technical/float4.md.
inline constexpr StackRule kE2m1[] = {stack_rules::kNanIsLargest};
inline constexpr StackRule kNegativeScale{
    [](const ConversionCase& given) { return given.number.negative && !stack_rules::isNan(given); }, nullptr,
    "Cast leaves open what becomes of negative numbers and of -0 in this format"};

inline constexpr std::string_view kOtherwise = "Cast has no such type, or none whose overflow it defines (integers)";

}  // namespace ulpscope::onnx_rules
