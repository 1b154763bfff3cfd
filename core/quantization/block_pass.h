// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <variant>

#include "core/quantization/block_codec.h"
#include "core/quantization/narrow_blocks.h"

namespace ulpscope {

/// What quantize() makes of rows of a tensor, as work for a backend that prefers large pieces.
struct BlockPass {
  /// The blocks that Backend::measureBlocks takes; monostate: quantize() hands the backend's searches whatever it is
  /// given at once.
  std::variant<std::monostate, BlockCodec, NarrowBlockCodec> codec;
  std::uint64_t line = 0;  ///< as in BlockPieces; 0: blocks go on to the end
};

}  // namespace ulpscope
