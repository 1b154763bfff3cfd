// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/backends.h"

#include <fmt/format.h>

#include "core/base/text.h"
#include "kernels/cpu/cpu_backend.h"

namespace ulpscope {

Result<std::shared_ptr<const Backend>> chooseBackend(std::string_view id, std::optional<std::uint64_t> threads) {
  if (id == "reference") return makeReferenceBackend();
  if (id == "auto" || id == "cpu") return kernels::makeCpuBackend(static_cast<int>(threads.value_or(0)));
  if (id == "cuda" || id.starts_with("cuda:"))
    return fail(Errc::Unsupported, fmt::format("a CUDA device expected for {}, found none", printable(id)));
  return fail(Errc::Usage,
              fmt::format("a backend expected (auto, reference, cpu, cuda or cuda:N), found {}", printable(id)));
}

}  // namespace ulpscope
