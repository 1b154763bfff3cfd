// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ulpscope {

/// `payload` compressed where that makes it smaller, with a checksum over it and over `label`, which says what it is of
/// and is not stored: what was kept of something else does not open, nor what has changed on disk.
std::string seal(std::string_view payload, std::string_view label);

/// The payload; nothing where the bytes are not what seal() made with this label, or it has more than `most` bytes.
std::optional<std::string> unseal(std::string_view sealed, std::string_view label, std::uint64_t most);

}  // namespace ulpscope
