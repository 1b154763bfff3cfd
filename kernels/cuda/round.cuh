// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "kernels/cuda/threads.cuh"
#include "kernels/plans/round_one.h"

namespace ulpscope::kernels {

/// To nearest even, as most is, the branch on the mode is left out.
template <bool kNearestEven>
__device__ inline RoundingPlan withKnownMode(RoundingPlan plan) {
  if (kNearestEven) plan.rounding = Rounding::NearestEven;
  return plan;
}

/// out[i] = in[i] rounded; `out` may be `in`. Precondition: plan.rounding is NearestEven if kNearestEven.
template <bool kNearestEven>
__global__ void roundKernel(RoundingPlan given, const float* in, float* out, std::size_t size) {
  const RoundingPlan plan = withKnownMode<kNearestEven>(given);
  forEachFour(
      size,
      [&](std::size_t i) {
        Four four = loadFour(in + i);
        for (float& x : four.of) x = roundOne(plan, x);
        storeFour(out + i, four);
      },
      [&](std::size_t i) { out[i] = roundOne(plan, in[i]); });
}

/// codes[i] = the code of in[i] rounded.
template <bool kNearestEven, class Code>
__global__ void encodeKernel(RoundingPlan given, const float* in, Code* codes, std::size_t size) {
  const RoundingPlan plan = withKnownMode<kNearestEven>(given);
  forEachFour(
      size,
      [&](std::size_t i) {
        const Four four = loadFour(in + i);
        FourCodes encoded;
        for (unsigned k = 0; k < kFour; ++k) encoded.of[k] = static_cast<std::uint32_t>(encodeOne(plan, four.of[k]));
        storeFour(codes + i, encoded);
      },
      [&](std::size_t i) { codes[i] = static_cast<Code>(encodeOne(plan, in[i])); });
}

/// The same by the definition itself, for layouts that have no plan. Precondition: valuesAreFloats(rule.spec).
__global__ void roundByDefinition(FloatRounding rule, const float* in, float* out, std::size_t size) {
  const auto rounded = [&](float x) { return roundFloat(rule.spec, x, rule.rounding, rule.overflow); };
  forEachFour(
      size,
      [&](std::size_t i) {
        Four four = loadFour(in + i);
        for (float& x : four.of) x = rounded(x);
        storeFour(out + i, four);
      },
      [&](std::size_t i) { out[i] = rounded(in[i]); });
}

}  // namespace ulpscope::kernels
