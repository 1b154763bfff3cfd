// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/gptq_inverse.h"

#include "core/quantization/inverse_factor.h"
#include "core/quantization/torch_sum.h"

namespace ulpscope {
namespace {

constexpr double kDampIncrement = 0.0025;

/// Adds a share of the mean of the diagonal to it, in float32 as the reference: the Hessian that is factored is its own
/// to the bit.
void dampen(std::vector<double>& hessian, std::uint64_t columns, double share) {
  const std::vector<float> diagonal = diagonalOf(hessian, columns);
  const float added = static_cast<float>(share) * torchMean(diagonal);
  for (std::uint64_t c = 0; c < columns; ++c) hessian[c * columns + c] = double{diagonal[c] + added};
}

}  // namespace

std::vector<float> diagonalOf(const std::vector<double>& hessian, std::uint64_t columns) {
  std::vector<float> diagonal(columns);
  for (std::uint64_t c = 0; c < columns; ++c) diagonal[c] = static_cast<float>(hessian[c * columns + c]);
  return diagonal;
}

Result<std::optional<DampedInverse>> dampedInverse(std::vector<double> hessian, std::uint64_t columns, double damp,
                                                   const Backend& backend, const JobContext& job) {
  for (; damp < 1; damp += kDampIncrement) {
    dampen(hessian, columns, damp);
    auto inverse = upperFactorOfInverse(hessian, columns, backend, job);
    if (!inverse) return tl::unexpected(std::move(inverse).error());
    if (*inverse) return DampedInverse{std::move(hessian), std::move(**inverse), damp};
  }
  return std::nullopt;
}

}  // namespace ulpscope
