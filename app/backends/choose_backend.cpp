// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/backends/choose_backend.h"

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

/// Whatever keeps CUDA from being used at all, a missing module, driver or device, is for the user the same: not on
/// this machine.
Result<std::shared_ptr<const Backend>> cudaBackend(std::string_view id, std::shared_ptr<const Backend> processor,
                                                   DeviceNotice notice) {
  auto backend = kernels::findCudaBackend(deviceOf(id));
  if (!backend)
    return fail(Errc::Unsupported, fmt::format("{} cannot be used: {}", printable(id), backend.error().message),
                backend.error().subject);
  return makeFallbackBackend(std::move(*backend), std::move(processor), std::move(notice));
}

}  // namespace

Result<std::shared_ptr<const Backend>> chooseBackend(std::string_view id, std::shared_ptr<const Backend> processor,
                                                     DeviceNotice notice) {
  if (id == "reference") return makeReferenceBackend();
  if (id == "auto" || id == "cpu") return processor;
  if (id == "cuda" || isCudaDevice(id)) return cudaBackend(id, std::move(processor), std::move(notice));
  return fail(Errc::Usage,
              fmt::format("a backend expected (auto, reference, cpu, cuda or cuda:N), found {}", printable(id)));
}

Result<std::shared_ptr<const Backend>> chooseBackend(std::string_view id, std::optional<std::uint64_t> threads) {
  return chooseBackend(id, kernels::makeCpuBackend(static_cast<int>(threads.value_or(0))), [](const Error& error) {
    fmt::print(stderr, "ulp: {}; the processor goes on\n", describe(error));
  });
}

CudaDevices findCudaDevices() {
  constexpr int kMostDevices = 64;
  CudaDevices found;
  for (int device = 0; device < kMostDevices; ++device) {
    const auto backend = kernels::findCudaBackend(device);
    if (!backend && device == 0) found.whyNone = backend.error().message;
    if (!backend) break;
    const std::string description = (*backend)->description();
    found.names.push_back(description.starts_with("cuda ") ? description.substr(5) : description);
  }
  return found;
}

}  // namespace ulpscope
