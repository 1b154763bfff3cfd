// SPDX-License-Identifier: Apache-2.0
#include "core/base/result.h"

#include <fmt/format.h>

#include "core/base/text.h"

namespace ulpscope {

std::string describe(const Error& error) {
  std::string text =
      error.subject.empty() ? error.message : fmt::format("{}: {}", printable(error.subject), error.message);
  if (error.offset) text += fmt::format(" (at byte {})", *error.offset);
  return text;
}

}  // namespace ulpscope
