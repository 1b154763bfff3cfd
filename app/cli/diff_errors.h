// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string>

#include "app/cli/calibration_option.h"
#include "app/cli/command.h"
#include "app/cli/json.h"
#include "core/report/published_errors.h"

namespace ulpscope {

/// Two checkpoints that were compared, and what the second lost.
struct ComparedErrors {
  const Checkpoint& original;
  const Checkpoint& published;
  const CheckpointDiff& diff;
  const PublishedErrors& errors;
};

/// [{`name`, `type`, `bitsPerWeight`, `metrics`, ...}], what lost most first.
Json errorsJson(const ComparedErrors& compared);
/// [{`type`, `tensors`, `elements`, `bitsPerWeight`, `meanSquaredError`, `signalToNoiseDb`}].
Json typesJson(const PublishedErrors& errors);
/// A line for each tensor that is not as it was (`all`: for every one), and one for each type.
std::string errorsText(const ComparedErrors& compared, bool all, const Terminal& terminal);

}  // namespace ulpscope
