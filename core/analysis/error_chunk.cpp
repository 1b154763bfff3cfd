// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/error_chunk.h"

#include <cassert>
#include <cmath>

namespace ulpscope {

void ErrorSums::add(const ErrorSums& later) {
  error += later.error;
  squaredError += later.squaredError;
  squaredX += later.squaredX;
  squaredY += later.squaredY;
  product += later.product;
  if (later.included > 0 && (included == 0 || later.maxAbsoluteError > maxAbsoluteError)) {
    maxAbsoluteError = later.maxAbsoluteError;
    maxAt = later.maxAt;
  }
  included += later.included;
  excluded += later.excluded;
}

ErrorSums foldLanes(ErrorLanes lanes, std::uint64_t pairs, std::uint64_t first) {
  for (std::size_t half = ErrorLanes::kLanes / 2; half > 0; half /= 2)
    for (std::size_t j = 0; j < half; ++j) {
      lanes.error[j] += lanes.error[j + half];
      lanes.squaredError[j] += lanes.squaredError[j + half];
      lanes.squaredX[j] += lanes.squaredX[j + half];
      lanes.squaredY[j] += lanes.squaredY[j + half];
      lanes.product[j] += lanes.product[j + half];
      const bool isLarger = lanes.largest[j + half] > lanes.largest[j];
      const bool isEarlier = lanes.largest[j + half] == lanes.largest[j] && lanes.at[j + half] < lanes.at[j];
      if (!isLarger && !isEarlier) continue;
      lanes.largest[j] = lanes.largest[j + half];
      lanes.at[j] = lanes.at[j + half];
    }
  ErrorSums sums{.error = lanes.error[0],
                 .squaredError = lanes.squaredError[0],
                 .squaredX = lanes.squaredX[0],
                 .squaredY = lanes.squaredY[0],
                 .product = lanes.product[0],
                 .included = pairs - lanes.excluded,
                 .excluded = lanes.excluded};
  if (sums.included == 0) return sums;
  sums.maxAbsoluteError = lanes.largest[0];
  sums.maxAt = first + lanes.at[0];
  return sums;
}

template <class Value>
void addPairs(std::span<const Value> x, std::span<const Value> y, std::size_t begin, const ErrorBrackets& brackets,
              ErrorLanes& lanes, ErrorChunk& into) {
  for (std::size_t i = begin; i < x.size(); ++i) {
    const double in = x[i];
    const double out = y[i];
    if (!std::isfinite(in) || !std::isfinite(out)) {
      ++lanes.excluded;
      continue;
    }
    const std::size_t lane = i % ErrorLanes::kLanes;
    const double error = out - in;
    const double magnitude = std::fabs(error);
    lanes.error[lane] += error;
    lanes.squaredError[lane] += error * error;
    lanes.squaredX[lane] += in * in;
    lanes.squaredY[lane] += out * out;
    lanes.product[lane] += in * out;
    if (magnitude > lanes.largest[lane]) {
      lanes.largest[lane] = magnitude;
      lanes.at[lane] = i;
    }
    bool isInside = false;
    for (std::size_t share = 0; share < kErrorShares; ++share) {
      const bool isBelow = magnitude < brackets.low[share];
      into.below[share] += isBelow ? 1 : 0;
      isInside = isInside || (!isBelow && magnitude <= brackets.high[share]);
    }
    if (isInside) into.found.push_back(magnitude);
  }
}

template <class Value>
void measureChunk(std::span<const Value> x, std::span<const Value> y, std::uint64_t first,
                  const ErrorBrackets& brackets, ErrorChunk& into) {
  assert(x.size() == y.size());
  ErrorLanes lanes;
  addPairs(x, y, 0, brackets, lanes, into);
  into.sums = foldLanes(lanes, x.size(), first);
}

template void addPairs(std::span<const float>, std::span<const float>, std::size_t, const ErrorBrackets&, ErrorLanes&,
                       ErrorChunk&);
template void addPairs(std::span<const double>, std::span<const double>, std::size_t, const ErrorBrackets&, ErrorLanes&,
                       ErrorChunk&);
template void measureChunk(std::span<const float>, std::span<const float>, std::uint64_t, const ErrorBrackets&,
                           ErrorChunk&);
template void measureChunk(std::span<const double>, std::span<const double>, std::uint64_t, const ErrorBrackets&,
                           ErrorChunk&);

}  // namespace ulpscope
