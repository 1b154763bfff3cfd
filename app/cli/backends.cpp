// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/backends.h"

#include <fmt/format.h>

#include "core/base/text.h"

namespace ulpscope {

Result<std::shared_ptr<const Backend>> chooseBackend(std::string_view id, std::optional<std::uint64_t>) {
  if (id == "auto" || id == "reference") return makeReferenceBackend();
  if (id == "cpu" || id == "cuda" || id.starts_with("cuda:"))
    return fail(Errc::Unsupported, fmt::format("the {} backend is not in this build", printable(id)));
  return fail(Errc::Usage,
              fmt::format("a backend expected (auto, reference, cpu, cuda or cuda:N), found {}", printable(id)));
}

}  // namespace ulpscope
