// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint/security_remark.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/text.h"

namespace ulpscope {

std::optional<std::string> securityRemark(const Checkpoint& checkpoint) {
  const auto first = std::ranges::find_if(checkpoint.objects, &InertObject::suspicious);
  if (first == checkpoint.objects.end()) return std::nullopt;
  const auto count = static_cast<std::uint64_t>(std::ranges::count_if(checkpoint.objects, &InertObject::suspicious));
  return fmt::format(
      "Dangerous to open elsewhere: {} in the file can run commands, load code or reach files ({}{}). Nothing in it "
      "was run.",
      counted(count, "object"), printable(first->type), count > 1 ? " first" : "");
}

std::vector<std::string> warningsOf(const Checkpoint& checkpoint) {
  std::vector<std::string> warnings = checkpoint.warnings;
  if (auto remark = securityRemark(checkpoint)) warnings.insert(warnings.begin(), std::move(*remark));
  return warnings;
}

}  // namespace ulpscope
