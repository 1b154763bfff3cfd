// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "core/analysis/format_spacing.h"
#include "core/analysis/format_table.h"

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

}  // namespace ulpscope
