// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>

#include "core/analysis/block_ranges.h"

namespace ulpscope::kernels {

/// Counts the blocks of rows of `columns` elements, as Backend::countBlocks has it, by one thread.
void countBlocks(std::span<const float> values, std::uint64_t columns, BlockCounts& into);
void countBlocks(std::span<const std::uint16_t> codes, std::uint64_t columns, const CodeClasses& classes,
                 BlockCounts& into);

}  // namespace ulpscope::kernels
