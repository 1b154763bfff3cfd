// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <limits>
#include <span>
#include <vector>

#include "core/analysis/histogram.h"
#include "core/analysis/statistics.h"

namespace ulpscope::kernels {

/// All of a ProfileAccumulator but the histogram.
struct ChunkProfile {
  Moments moments;
  ValueCounts kinds;
  float min = std::numeric_limits<float>::infinity();
  float max = -std::numeric_limits<float>::infinity();
};

/// Profiles chunks of up to kLargestChunk values, one after another, by one thread; their histograms are added up.
class ChunkProfiler {
 public:
  static constexpr std::size_t kLargestChunk = 65'536;

  ChunkProfile profile(std::span<const float> values, float smallestNormal);

  const FoldedHistogram& histogram() const { return m_histogram; }

 private:
  ChunkProfile profileFinite(std::span<const float> values, float smallestNormal);

  FoldedHistogram m_histogram;
  std::vector<float> m_finite;  ///< of a chunk that holds NaN or infinity
};

}  // namespace ulpscope::kernels
