// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "core/analysis/error_metrics.h"

namespace ulpscope {

/// A scheme over all tensors that it fits, each weighted by its elements.
class SchemeTotals {
 public:
  void add(std::uint64_t elements, double bitsPerWeight, const ErrorMetrics& metrics);

  std::uint64_t tensors() const { return m_tensors; }
  std::uint64_t elements() const { return m_elements; }
  std::uint64_t excluded() const { return m_excluded; }  ///< elements without an error
  double bitsPerWeight() const;                          ///< NaN without elements
  double meanSquaredError() const;                       ///< NaN without an error to measure
  /// Of all elements as one tensor; infinite where there is no error, NaN without one to measure.
  double signalToNoiseDb() const;

 private:
  std::uint64_t m_tensors = 0;
  std::uint64_t m_elements = 0;
  std::uint64_t m_included = 0;
  std::uint64_t m_excluded = 0;
  double m_bits = 0;
  double m_squaredError = 0;
  double m_squaredInput = 0;
};

}  // namespace ulpscope
