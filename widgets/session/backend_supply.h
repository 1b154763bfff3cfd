// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/backend/backend.h"

namespace ulpscope {

/// Something that can compute, as it is chosen.
struct BackendOption {
  std::string id;  ///< as `ulp --backend` has it: "cpu", "reference", "cuda:0"
  std::string title;

  friend bool operator==(const BackendOption&, const BackendOption&) = default;
};

struct DeviceListing {
  std::vector<BackendOption> devices;
  std::string whyNone;  ///< one sentence, where there are none
};

/// Where backends come from: of the machine in the program, of their own in tests. `devices` and `make` may take as
/// long as a driver takes to start, and are called on another thread.
struct BackendSupply {
  std::vector<BackendOption> always;  ///< what every machine has
  std::function<DeviceListing()> devices = [] { return DeviceListing(); };
  /// `failed` hears, on any thread, of a device that was lost: it is told once, and all goes on without it.
  std::function<Result<std::shared_ptr<const Backend>>(std::string_view id, std::function<void(const Error&)> failed)>
      make = {};
};

/// The fastest of the processor.
inline constexpr char kAutomatic[] = "auto";

}  // namespace ulpscope
