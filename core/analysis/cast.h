// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/analysis/error_metrics.h"
#include "core/base/result.h"
#include "core/formats/number_format.h"
#include "core/formats/stack.h"
#include "core/jobs/job.h"

namespace ulpscope {

struct CastRule {
  const NumberFormat& format;
  Rounding rounding = Rounding::NearestEven;
  Overflow overflow = Overflow::Format;
  std::uint64_t seed = 0;  ///< of Rounding::Stochastic: element i is rounded by randomBits(seed, i, randomBits)
  int randomBits = 32;
  bool nanBecomesZero = false;  ///< where the format has no NaN; otherwise that is an error
  const Stack* like = nullptr;  ///< whose conversion is followed instead of all of the above; must outlive this
};

/// A whole array in another format. The counts of elements overlap: infinity in binary16 is both overflowed and
/// inexact.
struct CastResult {
  std::uint64_t elements = 0;
  std::uint64_t exact = 0;
  std::uint64_t overflowed = 0;
  std::uint64_t underflowed = 0;
  std::uint64_t nonFinite = 0;  ///< inputs that are infinite or NaN
  ErrorMetrics metrics;
  int codeBytes = 1;             ///< of the smallest unsigned type that holds a code: 1, 2, 4 or 8
  std::vector<std::byte> codes;  ///< one an element, little-endian
  std::vector<double> values;    ///< what the codes stand for; exact
};

/// Progress in bytes of the input. Usage if a NaN cannot be held, and Unsupported if the stack has no such conversion
/// or leaves open what a number becomes, saying at which element.
Result<CastResult> castArray(std::span<const float> input, const CastRule& rule, const JobContext& job);
Result<CastResult> castArray(std::span<const double> input, const CastRule& rule, const JobContext& job);

}  // namespace ulpscope
