// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/formats/limits.h"
#include "core/formats/number_format.h"

namespace ulpscope {

/// The numbers that round to one value.
struct RoundingBin {
  std::uint64_t code;
  double value;  ///< what the code stands for: infinite or NaN where the bin is beyond the finite values
  double from;
  double to;
  bool includesFrom;
  bool includesTo;
};

struct NumberLinePart {
  std::vector<RoundingBin> bins;  ///< rising and without gaps; empty if not complete
  bool complete = true;           ///< false: there are more than were asked for
};

/// The bins that meet [lower, upper], at most `atMost` of them, under `rounding` (not a random mode) and the overflow
/// rule of the format itself. Where two bins meet is found by encoding, not by a formula: it is right for code books
/// with thresholds of their own and for tapered formats. Resolved to double: where two neighbouring doubles round
/// differently, the border is the one of them with fewer significant bits (the midpoint, where it is one). The first
/// and the last bin are cut at their value where the window ends there.
NumberLinePart roundingBins(const NumberFormat& format, const FormatLimits& limits, double lower, double upper,
                            Rounding rounding, std::size_t atMost);

/// The finite values in [lower, upper], rising; nullopt where there are more than `atMost`.
std::optional<std::vector<double>> valuesBetween(const NumberFormat& format, const FormatLimits& limits, double lower,
                                                 double upper, std::size_t atMost);

}  // namespace ulpscope
