// SPDX-License-Identifier: Apache-2.0
#include "core/calibration/calibration_coverage.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"

namespace ulpscope {
namespace {

std::uint64_t zeroColumns(const LayerCalibration& layer) {
  const auto& known = layer.secondMoments.empty() ? layer.maxMagnitudes : layer.secondMoments;
  return static_cast<std::uint64_t>(std::ranges::count(known, 0.0f));
}

}  // namespace

std::vector<CoverageGap> coverageGaps(const LayerCalibration& layer) {
  if (layer.isSynthetic || layer.columns == 0) return {};
  const auto reached = layer.reached();
  if (reached == 0u) return {{CoverageGap::Kind::Unreached, "no input reached this layer", 1}};
  std::vector<CoverageGap> gaps;
  if (const std::uint64_t zero = zeroColumns(layer); zero != 0)
    gaps.push_back(
        {CoverageGap::Kind::ZeroColumns,
         fmt::format("{} of {} had no input other than zero", groupedDigits(zero), counted(layer.columns, "column")),
         static_cast<double>(zero) / static_cast<double>(layer.columns)});
  const bool hasProducts = !layer.inputs.empty() || !layer.hessian.empty();
  const std::uint64_t enough = hasProducts ? std::max(layer.columns, kFewestInputs) : kFewestInputs;
  if (reached && *reached < enough)
    gaps.push_back({CoverageGap::Kind::FewInputs,
                    fmt::format("{} for {}{}", counted(*reached, "input"), counted(layer.columns, "column"),
                                *reached < layer.columns && hasProducts ? ": the Hessian is singular"
                                                                        : ": too few to say much of a column"),
                    1 - static_cast<double>(*reached) / static_cast<double>(enough)});
  return gaps;
}

}  // namespace ulpscope
