// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "core/backend/backend.h"

namespace ulpscope {

/// "auto", "reference", "cpu", "cuda" or "cuda:N". Usage for another id, Unsupported where the machine has no such
/// device.
Result<std::shared_ptr<const Backend>> chooseBackend(std::string_view id, std::optional<std::uint64_t> threads);

}  // namespace ulpscope
