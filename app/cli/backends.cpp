// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/backends.h"

#include <fmt/format.h>

#include "core/base/text.h"
#include "kernels/cpu/cpu_backend.h"
#include "kernels/cuda/load_cuda_backend.h"

namespace ulpscope {
namespace {

/// "cuda:0", "cuda:12".
bool isCudaDevice(std::string_view id) {
  constexpr std::string_view kPrefix = "cuda:";
  return id.starts_with(kPrefix) && id.size() > kPrefix.size() &&
         id.find_first_not_of("0123456789", kPrefix.size()) == std::string_view::npos;
}

/// Whatever keeps CUDA from being used, a missing module, driver or device, is for the user the same: not on this
/// machine.
Result<std::shared_ptr<const Backend>> cudaBackend(std::string_view id) {
  if (id != "cuda" && id != "cuda:0")
    return fail(Errc::Unsupported,
                fmt::format("the first CUDA device (cuda or cuda:0) expected, found {}", printable(id)));
  auto backend = kernels::findCudaBackend();
  if (backend) return std::shared_ptr<const Backend>(std::move(*backend));
  return fail(Errc::Unsupported, "CUDA cannot be used: " + backend.error().message, backend.error().subject);
}

}  // namespace

Result<std::shared_ptr<const Backend>> chooseBackend(std::string_view id, std::optional<std::uint64_t> threads) {
  if (id == "reference") return makeReferenceBackend();
  if (id == "auto" || id == "cpu") return kernels::makeCpuBackend(static_cast<int>(threads.value_or(0)));
  if (id == "cuda" || isCudaDevice(id)) return cudaBackend(id);
  return fail(Errc::Usage,
              fmt::format("a backend expected (auto, reference, cpu, cuda or cuda:N), found {}", printable(id)));
}

}  // namespace ulpscope
