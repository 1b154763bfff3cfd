// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "core/checkpoint/checkpoint.h"
#include "core/report/checkpoint_survey.h"
#include "core/report/file_hash.h"

namespace ulpscope {

/// What a report says of itself.
struct ReportNames {
  std::string path;                    ///< as the user gave it: the only path on the page
  std::string pattern;                 ///< by which tensors were chosen; empty: all
  std::string generator;               ///< "ulp 0.1.0"
  std::vector<HashedFile> files = {};  ///< of the checkpoint; empty: not asked for
  std::string backend = {};            ///< id of the backend that computed it: "cpu"; empty: not said
};

/// One HTML page of what was found: no script, no font, picture or style sheet from elsewhere, and a policy that
/// forbids them. The same survey gives the same bytes on any machine.
std::string htmlReport(const Checkpoint& checkpoint, const CheckpointSurvey& survey, const ReportNames& names);

}  // namespace ulpscope
