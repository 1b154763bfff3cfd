// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "core/checkpoint/checkpoint.h"

namespace ulpscope {

class Backend;

/// Raised whenever a result that the cache keeps changes its meaning or its value: another definition in
/// docs/numerics.md, a lint rule that finds more, a reader that decodes better.
inline constexpr std::uint32_t kResultVersion = 1;

/// What the results of a checkpoint are kept under. Equal bytes: the same files, byte for byte as far as the system can
/// tell, listed in the same way, looked at by the same definitions on the same backend.
///
/// Of each file path, device, inode, size, time of modification and time of status change, as they were when it was
/// opened; a digest of what was made of the headers (names, types, shapes, places, packing) and of config.json, which
/// is no file of the checkpoint; kResultVersion; and the backend's id, as sums differ in their last bits.
struct ResultKey {
  std::string bytes;
  std::uint64_t digest;  ///< of `bytes`
};

/// Nothing where results must not be kept: a part of the checkpoint is not a file, or was written to so shortly before
/// it was opened that a later change could bear the same time.
std::optional<ResultKey> resultKey(const Checkpoint& checkpoint, const Backend& backend);

}  // namespace ulpscope
