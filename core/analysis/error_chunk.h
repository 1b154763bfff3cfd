// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace ulpscope {

/// Of pairs in index order.
struct ErrorSums {
  double error = 0;
  double squaredError = 0;
  double squaredX = 0;
  double squaredY = 0;
  double product = 0;
  std::uint64_t included = 0;
  std::uint64_t excluded = 0;
  double maxAbsoluteError = 0;
  std::uint64_t maxAt = 0;  ///< the first of them; of no meaning where included is 0

  /// Adds those of the pairs that follow.
  void add(const ErrorSums& later);
};

/// Percentiles that are looked for at once.
inline constexpr std::size_t kErrorShares = 3;

/// Where each of them is thought to be: magnitudes of errors from low to high, both included.
struct ErrorBrackets {
  static constexpr double kLeast = std::numeric_limits<double>::denorm_min();
  std::array<double, kErrorShares> low;  ///< at least kLeast: zeros, of which there may be very many, are never inside
  std::array<double, kErrorShares> high;

  /// Every error but zero.
  static ErrorBrackets everything() {
    constexpr double kMost = std::numeric_limits<double>::max();
    return {{kLeast, kLeast, kLeast}, {kMost, kMost, kMost}};
  }
};

/// The lanes that the pairs of a chunk are summed in, in double: pair i goes to lane i % kLanes, and what is not
/// included adds nothing. So many lanes are two vectors of AVX-512; other instruction sets take as many as they need.
struct ErrorLanes {
  static constexpr std::size_t kLanes = 16;
  std::array<double, kLanes> error{}, squaredError{}, squaredX{}, squaredY{}, product{};
  std::array<double, kLanes> largest;      ///< magnitude; negative: none yet
  std::array<std::uint64_t, kLanes> at{};  ///< the first pair of that magnitude
  std::uint64_t excluded = 0;

  ErrorLanes() { largest.fill(-1); }
};

/// What is kept of some pairs. y - x is an error.
struct ErrorChunk {
  ErrorSums sums;
  std::array<std::uint64_t, kErrorShares> below{};  ///< magnitudes under each bracket
  std::vector<double> found;                        ///< magnitudes inside any, in no order
};

/// Lanes to sums: lane j takes that of j + 8, then of j + 4, j + 2, j + 1. `pairs` went in, the first of them is number
/// `first` of all.
ErrorSums foldLanes(ErrorLanes lanes, std::uint64_t pairs, std::uint64_t first);

/// Pairs [begin, x.size()) into their lanes, scalar: the definition, and the end of what vectors do.
template <class Value>
void addPairs(std::span<const Value> x, std::span<const Value> y, std::size_t begin, const ErrorBrackets& brackets,
              ErrorLanes& lanes, ErrorChunk& into);

/// The sums of up to 65,536 pairs are set, the rest of `into` is added to. Precondition: x.size() == y.size().
template <class Value>
void measureChunk(std::span<const Value> x, std::span<const Value> y, std::uint64_t first,
                  const ErrorBrackets& brackets, ErrorChunk& into);

}  // namespace ulpscope
