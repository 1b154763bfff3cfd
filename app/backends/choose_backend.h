// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/backend/backend.h"

namespace ulpscope {

/// Hears, on any thread, of the first failure of a device; the processor has gone on by then.
using DeviceNotice = std::function<void(const Error&)>;

/// "auto", "reference", "cpu", "cuda" or "cuda:N"; what CUDA has no kernels for is done by `processor`, which "auto"
/// and "cpu" are. Usage for another id, Unsupported where the machine has no such device.
Result<std::shared_ptr<const Backend>> chooseBackend(std::string_view id, std::shared_ptr<const Backend> processor,
                                                     DeviceNotice notice);
/// The same, with so many threads; a failing device is told on standard error.
Result<std::shared_ptr<const Backend>> chooseBackend(std::string_view id, std::optional<std::uint64_t> threads);

/// The CUDA devices that answer. Starts their driver, but holds no memory of them.
struct CudaDevices {
  std::vector<std::string> names;  ///< one a device, in the order of their numbers
  std::string whyNone;
};
CudaDevices findCudaDevices();

}  // namespace ulpscope
