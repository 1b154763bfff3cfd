// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>

#include "core/backend/backend.h"

// What a program and its CUDA module agree on: two C functions, and the C++ interface behind them, built by the same
// compiler from the same headers.
namespace ulpscope::kernels {

/// Raised whenever a class of core that crosses the border changes: Backend and what its calls take and give. A module
/// of another age is refused.
inline constexpr std::uint32_t kPluginAbi = 8;

inline constexpr char kCreateFunction[] = "ulpscopeCreateBackend";
inline constexpr char kDestroyFunction[] = "ulpscopeDestroyBackend";

enum class PluginStatus : int { Created, OtherAbi, NoDevice };

}  // namespace ulpscope::kernels

extern "C" {
/// For the device of that number. Created: `*backend` is set. Else one sentence, at most messageSize - 1 bytes, is in
/// `message`.
using UlpscopeCreateBackend = ulpscope::kernels::PluginStatus(std::uint32_t abi, int device,
                                                              ulpscope::Backend** backend, char* message,
                                                              std::size_t messageSize);
using UlpscopeDestroyBackend = void(ulpscope::Backend* backend);
}
