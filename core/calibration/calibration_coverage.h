// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/calibration/layer_calibration.h"

namespace ulpscope {

/// What recorded inputs do not say of a layer.
struct CoverageGap {
  enum class Kind : std::uint8_t { Unreached, ZeroColumns, FewInputs } kind;
  std::string sentence;  ///< without a full stop: "12 of 384 columns had no input other than zero"
  double weight = 1;     ///< how much is missing: the share of columns, or of the inputs that would do
};

/// Means of fewer inputs than this say little of a column.
inline constexpr std::uint64_t kFewestInputs = 32;

/// In the order of Kind; none of inputs that were drawn. Few are inputs below kFewestInputs, and with a Hessian, or
/// inputs to make one of, fewer than columns: it is singular.
std::vector<CoverageGap> coverageGaps(const LayerCalibration& layer);

}  // namespace ulpscope
