// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

#include "core/formats/codec.h"
#include "core/formats/explain_binary.h"
#include "core/formats/explain_steps.h"

// What the explanations of binary floats share; only core/formats uses it.
namespace ulpscope {

/// Zero, infinity and NaN, which have no significand to round.
Reasoning explainSpecialEncoding(const NumberFormat& format, const FloatSpec& spec, const EncodingCase& encoding);

/// Why a number outside the range of the finite values got the code it has. Precondition: outcome.overflowed.
std::string rangeRule(const NumberFormat& format, const FloatSpec& spec, const EncodingCase& encoding);

}  // namespace ulpscope
