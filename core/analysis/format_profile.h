// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <vector>

#include "core/analysis/format_spacing.h"
#include "core/analysis/format_table.h"
#include "core/jobs/job.h"

namespace ulpscope {

/// Everything that formats are compared by.
struct FormatProfile {
  const NumberFormat* format;
  FormatLimits limits;
  FormatRange range;
  FormatSpacing spacing;
  std::vector<FormatCell> cells;  ///< one a column of formatColumns()
};

FormatProfile profileOf(const NumberFormat& format);
/// In the same order; a step a format.
Result<std::vector<FormatProfile>> profilesOf(std::span<const NumberFormat* const> formats, const JobContext& job);

}  // namespace ulpscope
