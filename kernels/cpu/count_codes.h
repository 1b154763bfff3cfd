// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>

namespace ulpscope::kernels {

/// counts[code] += occurrences, by one thread. counts.size() is 256 or 65,536.
void countCodes8(std::span<const std::uint8_t> codes, std::span<std::uint64_t> counts);
void countCodes16(std::span<const std::uint16_t> codes, std::span<std::uint64_t> counts);

}  // namespace ulpscope::kernels
