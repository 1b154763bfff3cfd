// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "core/formats/number_format.h"

namespace ulpscope {

/// Where Rounding::Stochastic takes one number, and how often: of the 2^count draws, `drawsUpper` give the upper code.
struct StochasticOdds {
  std::uint64_t lower;  ///< code; of the lower value
  std::uint64_t upper;  ///< the same as `lower` where there is nothing to draw for
  std::uint64_t drawsUpper = 0;
  int count;

  /// Exact: a multiple of 2^-count.
  double probabilityUpper() const;
};

/// By searching the draws, so that it holds for whatever kind of format. 1 <= count <= 32.
StochasticOdds stochasticOdds(const Unrounded& number, const NumberFormat& format, Overflow overflow, int count = 32);

}  // namespace ulpscope
