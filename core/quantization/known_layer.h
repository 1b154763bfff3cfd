// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/calibration/calibration.h"
#include "core/checkpoint/checkpoint.h"
#include "core/quantization/scheme_choice.h"
#include "core/quantization/sibling_weights.h"

namespace ulpscope {

/// What is known of the layer that a tensor is the weight of: with the tensor, all that a scheme is given.
struct KnownLayer {
  std::optional<LayerCalibration> inputs = {};
  /// Why nothing is known of them, although there is a calibration: NotFound where it has nothing of such a layer,
  /// Unsupported where what it has does not suit the weight.
  std::optional<Error> unknown = {};
  SiblingWeights siblings = {};            ///< those that take the same inputs, where they are known
  std::vector<std::string> warnings = {};  ///< one sentence each: what the inputs do not cover, siblings left out
  /// As SchemeInput takes them.
  const LayerCalibration* given() const { return inputs ? &*inputs : nullptr; }
};

enum class Siblings : bool { LeaveOut, Read };

/// Of the tensor of that index, without job progress; null `calibration`: nothing. A sibling that cannot be read is
/// left out, with a warning. An error is one of reading, or a damaged calibration.
Result<KnownLayer> knownLayer(const Calibration* calibration, const Checkpoint& checkpoint, std::size_t tensor,
                              Siblings siblings, const Backend& backend, const JobContext& job);

/// Read where one of the schemes looks at them.
Siblings siblingsFor(std::span<const SchemeChoice> choices);

}  // namespace ulpscope
