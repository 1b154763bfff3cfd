// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "core/formats/limits.h"
#include "core/formats/number_format.h"

namespace ulpscope {

/// The positive values of a format on a log2 axis; nullopt where it has no such value.
struct FormatRange {
  std::optional<double> smallestSubnormal;
  std::optional<double> smallestNormal;
  std::optional<double> largest;
};

FormatRange rangeOf(const NumberFormat& format, const FormatLimits& limits);

/// A stretch of neighbouring positive values at one distance: the relative spacing at a magnitude x in it is gap / x.
/// The last value of a run is the first of the next one.
struct SpacingRun {
  std::uint64_t first;  ///< code
  std::uint64_t last;   ///< code
  double log2First;
  double log2Last;
  double log2Gap;
};

/// How many values v have 2^exponent <= v < 2^(exponent + 1).
struct BinadeCount {
  int exponent;
  std::uint64_t values;
};

/// How the positive finite values of a format lie.
struct FormatSpacing {
  std::vector<SpacingRun> runs;      ///< rising; empty where fewer than two values are positive
  std::vector<BinadeCount> binades;  ///< rising; those without a value are left out
};

/// By enumeration of every code up to 16 bits. Of wider formats each binade is probed at its ends, which is exact where
/// the values inside a binade are equidistant and their codes too, as in every binary float, posit and linear takum.
FormatSpacing spacingOf(const NumberFormat& format, const FormatLimits& limits);

}  // namespace ulpscope
