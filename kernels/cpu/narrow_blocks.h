// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>

#include "core/quantization/narrow_blocks.h"

namespace ulpscope::kernels {

// Whole blocks, by one thread. false, and nothing is done, where the lanes do not cover the codec.

bool encodeNarrowBlocks(const NarrowBlockCodec& codec, std::span<const float> values, std::span<std::uint8_t> codes,
                        std::span<float> scales);
bool decodeNarrowBlocks(const NarrowBlockCodec& codec, std::span<const std::uint8_t> codes,
                        std::span<const float> scales, std::span<float> values);

}  // namespace ulpscope::kernels
