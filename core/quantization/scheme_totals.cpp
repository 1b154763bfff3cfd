// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/scheme_totals.h"

#include <cmath>
#include <limits>

namespace ulpscope {

void SchemeTotals::add(std::uint64_t elements, double bitsPerWeight, const ErrorMetrics& metrics) {
  ++m_tensors;
  m_elements += elements;
  m_excluded += metrics.excluded;
  m_bits += bitsPerWeight * static_cast<double>(elements);
  if (metrics.included == 0) return;
  m_included += metrics.included;
  const double squaredError = metrics.meanSquaredError * static_cast<double>(metrics.included);
  m_squaredError += squaredError;
  if (metrics.relativeRmse > 0) m_squaredInput += squaredError / (metrics.relativeRmse * metrics.relativeRmse);
}

double SchemeTotals::bitsPerWeight() const {
  return m_elements > 0 ? m_bits / static_cast<double>(m_elements) : std::nan("");
}

double SchemeTotals::meanSquaredError() const {
  return m_included > 0 ? m_squaredError / static_cast<double>(m_included) : std::nan("");
}

double SchemeTotals::signalToNoiseDb() const {
  if (m_included == 0) return std::nan("");
  return m_squaredError > 0 ? 10 * std::log10(m_squaredInput / m_squaredError)
                            : std::numeric_limits<double>::infinity();
}

}  // namespace ulpscope
