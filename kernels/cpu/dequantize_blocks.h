// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>

#include "core/quantization/block_codec.h"

namespace ulpscope::kernels {

/// Whole blocks, the last of them perhaps short, by one thread. `stream`: write past the caches.
void dequantizeBlocks(const BlockCodec& codec, const ConstBlockCodes& in, std::span<float> values, bool stream);

/// A part of one block.
void dequantizePart(const BlockCodec& codec, std::span<const std::uint8_t> codes, BlockScale stored,
                    std::span<float> values, bool stream);

}  // namespace ulpscope::kernels
