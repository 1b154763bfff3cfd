// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/format_profile.h"

namespace ulpscope {

FormatProfile profileOf(const NumberFormat& format) {
  const FormatLimits limits = limitsOf(format);
  return {&format, limits, rangeOf(format, limits), spacingOf(format, limits), formatRow(format, limits)};
}

}  // namespace ulpscope
