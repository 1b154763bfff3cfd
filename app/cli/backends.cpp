// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/backends.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <limits>
#include <system_error>

#include "core/backend/fallback_backend.h"
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

/// "cuda" is the first device.
int deviceOf(std::string_view id) {
  int device = 0;
  const std::string_view digits = id.size() > 5 ? id.substr(5) : "0";
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), device);
  return read.ec == std::errc() ? device : std::numeric_limits<int>::max();
}

/// What CUDA has no kernels for, and all that follows once the device has failed, is done by the processor. Whatever
/// keeps CUDA from being used at all, a missing module, driver or device, is for the user the same: not on this
/// machine.
Result<std::shared_ptr<const Backend>> cudaBackend(std::string_view id, int threads) {
  auto backend = kernels::findCudaBackend(deviceOf(id));
  if (!backend)
    return fail(Errc::Unsupported, fmt::format("{} cannot be used: {}", printable(id), backend.error().message),
                backend.error().subject);
  return makeFallbackBackend(std::move(*backend), kernels::makeCpuBackend(threads), [](const Error& error) {
    fmt::print(stderr, "ulp: {}; the processor goes on\n", describe(error));
  });
}

}  // namespace

Result<std::shared_ptr<const Backend>> chooseBackend(std::string_view id, std::optional<std::uint64_t> threads) {
  if (id == "reference") return makeReferenceBackend();
  const auto workers = static_cast<int>(threads.value_or(0));
  if (id == "auto" || id == "cpu") return kernels::makeCpuBackend(workers);
  if (id == "cuda" || isCudaDevice(id)) return cudaBackend(id, workers);
  return fail(Errc::Usage,
              fmt::format("a backend expected (auto, reference, cpu, cuda or cuda:N), found {}", printable(id)));
}

}  // namespace ulpscope
