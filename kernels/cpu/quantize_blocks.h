// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>

#include "kernels/cpu/block_rule.h"

namespace ulpscope::kernels {

/// Whole blocks, the last of them perhaps short, by one thread. `stream`, here and below: write codes past the caches,
/// for outputs that will not fit in them.
void quantizeBlocks(const BlockCodec& codec, std::span<const float> values, const BlockCodes& out, bool stream);

// A long block by several threads: blockRange of its parts, merged in order; blockRule; encodePart of its parts.

BlockRange blockRange(const BlockCodec& codec, std::span<const float> values);
void encodePart(const BlockCodec& codec, const BlockRule& rule, std::span<const float> values,
                std::span<std::uint8_t> codes, bool stream);
void roundToBinary16(std::span<float> scales);

}  // namespace ulpscope::kernels
