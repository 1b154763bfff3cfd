// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string>

#include "app/cli/command.h"
#include "app/cli/json.h"
#include "core/calibration/activation_range.h"

namespace ulpscope {

/// The ranges that quantizers would cut the inputs of a layer off at.
struct InputRanges {
  int bits = 8;
  std::vector<ActivationRange> fixed;
  std::vector<DynamicRange> dynamic;
};

/// Unsupported where no inputs are kept.
Result<InputRanges> inputRangesOf(const LayerCalibration& layer, const JobContext& job);

/// {`bits`, `static` [{`id`, `low`, `high`, `clipped`, `signalToNoiseDb`}], `dynamic` [{`id`, `least`, `median`,
/// `largest`, `signalToNoiseDb`}]}.
Json toJson(const InputRanges& ranges);
std::string textOf(const InputRanges& ranges, const Terminal& terminal);

}  // namespace ulpscope
