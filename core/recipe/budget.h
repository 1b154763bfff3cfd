// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/jobs/job.h"

namespace ulpscope {

/// One way to store a tensor.
struct BudgetChoice {
  std::uint64_t bits;  ///< all it takes, scales and padding included
  double error;        ///< what it costs; not negative, finite
};

struct BudgetSolution {
  std::vector<std::size_t> chosen;  ///< for each item, the place among its choices
  std::uint64_t bits = 0;
  double error = 0;
  /// No choice within the budget has a smaller sum of errors than this. Equal to `error` where the solution is exact.
  double lowerBound = 0;

  bool isExact() const { return lowerBound == error; }
};

/// For each item one of its choices, such that their bits do not exceed `budget` and the sum of their errors is the
/// least: the multiple-choice knapsack problem. Solved by its linear relaxation (the lower convex hulls of all items,
/// steepest step first), which gives a solution and a bound; choices whose reduced cost shows that they cannot improve
/// on it are left out; the rest is decided item by item over the sets of bits and errors that no other set beats
/// (Pisinger 1995). These sets are kept to kMostBudgetStates in all; what falls behind then is told by `lowerBound`.
/// Unsupported, naming the least bits that are possible, if the budget is below them. Precondition: an item has at
/// least one choice.
Result<BudgetSolution> solveBudget(std::span<const std::vector<BudgetChoice>> items, std::uint64_t budget,
                                   const JobContext& job);

/// They take 8 bytes each.
inline constexpr std::size_t kMostBudgetStates = std::size_t{1} << 24;

}  // namespace ulpscope
