// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/checkpoint/checkpoint.h"
#include "core/lint/lint.h"

namespace ulpscope {

/// What lint finds in a checkpoint as bytes, and back: nothing unless every finding is of a rule that there is, about
/// a tensor and an element that there are, with a message that is safe to show.
std::string encodeFindings(const std::vector<LintFinding>& findings);
std::optional<std::vector<LintFinding>> decodeFindings(std::string_view bytes, const Checkpoint& checkpoint);

}  // namespace ulpscope
