// SPDX-License-Identifier: Apache-2.0
#include "core/analysis/format_profile.h"

namespace ulpscope {

FormatProfile profileOf(const NumberFormat& format) {
  const FormatLimits limits = limitsOf(format);
  return {&format, limits, rangeOf(format, limits), spacingOf(format, limits), formatRow(format, limits)};
}

Result<std::vector<FormatProfile>> profilesOf(std::span<const NumberFormat* const> formats, const JobContext& job) {
  job.expect(formats.size());
  std::vector<FormatProfile> profiles;
  for (const NumberFormat* format : formats) {
    profiles.push_back(profileOf(*format));
    if (const auto going = job.step(1); !going) return tl::unexpected(going.error());
  }
  return profiles;
}

}  // namespace ulpscope
