// SPDX-License-Identifier: Apache-2.0
// ggml of llama.cpp converts single numbers to these; its other types are block formats, whose codes need a scale.
//
// To UE4M3 (ggml_fp32_to_ue4m3) it cuts the float32 fraction to three bits and adds the next bit, so halves go up; a
// carry from 0x77 = 240 leads to exponent 15, for which 0x7E = 448 is returned: 248 and more become 448, and 0x78 to
// 0x7D, 256 to 416, never come out. Below 2^-6 it multiplies by 2^9, adds one half and cuts, 7 at most.
// To E2M1 (best_index_mxfp4) it looks through 0, 0.5, ... 6, -0, -0.5, ... -6 for the smallest distance and stays with
// the first: a tie goes toward zero, what becomes zero becomes +0, and where every distance is infinite or NaN, code 0.
#include <cmath>

#include "core/formats/stacks/stack_rules.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

using namespace stack_rules;

/// Infinitesimally nearer to zero: rounds to nearest as the number itself does, but a tie goes toward zero.
std::uint64_t tieTowardZeroCode(const ConversionCase& given) {
  Unrounded number = given.number;
  if (!number.sticky) {
    number.sticky = true;
    if (--number.significand >> 63 == 0) {
      number.significand = number.significand << 1 | 1;
      --number.exponent;
    }
  }
  return given.format.encode(number, given.rounding, given.overflow).code;
}

bool isTieGoingUp(const ConversionCase& given) {
  return isFinite(given) && !given.plain.exact && !given.plain.overflowed &&
         tieTowardZeroCode(given) != plainCode(given);
}

bool isNegativeZero(const ConversionCase& given, std::uint64_t code) {
  const Unrounded value = given.format.decode(code);
  return value.kind == Unrounded::Kind::Zero && value.negative;
}

bool becomesNegativeZero(const ConversionCase& given) {
  if (isNan(given) || isInfinite(given)) return false;
  return isNegativeZero(given, isZero(given) ? plainCode(given) : tieTowardZeroCode(given));
}

/// The search itself, in float32 as ggml has it: the first code of the smallest distance.
std::uint64_t firstNearestCode(const ConversionCase& given) {
  const auto x = static_cast<float>(toDouble(given.number));
  std::uint64_t best = 0;
  float smallest = std::abs(x);
  for (std::uint64_t code = 1; code < 16; ++code) {
    const float distance = std::abs(static_cast<float>(toDouble(given.format.decode(code))) - x);
    if (distance >= smallest) continue;
    best = code;
    smallest = distance;
  }
  return best;
}

bool isTooFarToTell(const ConversionCase& given) {
  return overflowsFinitely(given) && firstNearestCode(given) != plainCode(given);
}

constexpr StackRule kE2m1[] = {
    {isNan, firstCode, "no value is nearer to NaN than the first one tried, so it becomes {value}"},
    {isInfinite, firstCode, "every value is equally far from infinity, so it becomes the first one tried, {value}"},
    {isTooFarToTell, firstNearestCode,
     "this far out several distances are the same float32, and the first value of the smallest is taken, {value}"},
    {becomesNegativeZero, firstCode, "0 is tried before -0 and is no farther away, so it becomes {code}"},
    {isTieGoingUp, tieTowardZeroCode, "of two values equally near, the one nearer to zero is tried first, {value}"},
};

constexpr int kSmallestNormalExponent = -6;
constexpr std::uint64_t kLargestSubnormal = 0x07;
/// 248 = 240 + 16/2: where the carry into exponent 15 begins. 1.9375 * 2^7 = 0x1F << 3.
bool leavesExponent14(const ConversionCase& given) {
  return reaches(given, 8) || (reaches(given, 7) && given.number.significand >> 59 == 0x1F);
}

constexpr StackRule kUe4m3[] = {
    {isNan, firstCode, "what is not above zero becomes {value}, NaN included"},
    {isInfinite, [](const ConversionCase& given) { return given.number.negative ? 0 : largestPositiveCode(given); },
     "infinity is clamped and becomes {value}"},
    {[](const ConversionCase& given) { return isZero(given) || given.number.negative; }, firstCode,
     "what is not above zero becomes {value}"},
    {leavesExponent14, largestPositiveCode,
     "everything from 248 on becomes {value}: exponent 15 is taken for overflow, though 256 to 416 are values"},
    {[](const ConversionCase& given) {
       return !reaches(given, kSmallestNormalExponent) && plainCode(given) > kLargestSubnormal;
     },
     [](const ConversionCase&) { return kLargestSubnormal; },
     "below the smallest normal value nothing rounds up to it, {value} is kept"},
};

}  // namespace

const Stack& ggml_entry() {
  static constexpr StackRule kWide[] = {kNanByMachine};
  static constexpr StackConversion kConversions[] = {
      {.format = "float32", .rules = kWide},
      {.format = "float16", .rules = kWide},
      {.format = "bfloat16", .rules = kWide},
      {.format = "float4_e2m1fn", .rules = kE2m1, .overflow = Overflow::Saturate},
      {.format = "float8_ue4m3", .rules = kUe4m3, .overflow = Overflow::Saturate, .rounding = Rounding::NearestAway},
  };
  static constexpr Stack stack{
      .id = "ggml",
      .title = "ggml",
      .version = "llama.cpp of 2026, gguf 0.19.0",
      .source = "ggml-impl.h (ggml_fp32_to_ue4m3), ggml-quants.c (best_index_mxfp4); gguf's numpy twin, run",
      .conversions = kConversions,
      .otherwise =
          "single numbers are converted to float32, float16, bfloat16, UE4M3 and E2M1 only; all else is blocks",
  };
  return stack;
}

}  // namespace ulpscope
