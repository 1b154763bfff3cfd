// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/formats/block_format.h"

namespace ulpscope {

/// In which order codes go into bytes.
enum class BlockLayout : std::uint8_t {
  Ocp,           ///< OCP MX, torch float4_e2m1fn_x2, ONNX, Triton: first element in the low bits; scales apart
  Bitsandbytes,  ///< 4-bit elements alone: first element in the high nibble; scales apart
  Ggml,          ///< block_mxfp4 and block_nvfp4: scales in front, element j low and the j-th of the second half high
};

std::string_view idOf(BlockLayout layout);
std::string_view titleOf(BlockLayout layout);  ///< which frameworks: "OCP, torch, ONNX, Triton"
std::optional<BlockLayout> findBlockLayout(std::string_view id);
std::span<const BlockLayout> blockLayouts();

struct ByteRow {
  std::string_view part;  ///< "scales" or "elements", which are tensors of their own, or "block"
  std::size_t offset;     ///< within the part
  std::uint8_t byte;
  std::string holds;  ///< "scale of block 0", "element 0 low, 1 high"
};

/// The bytes of neighbouring blocks. Elements that a short block lacks count as code 0; MXFP6 takes 4 elements in 3
/// bytes, a run of bits from the lowest up. Unsupported where the layout knows no such blocks; ggml's NVFP4 takes 4
/// blocks at a time and has no tensor scale.
Result<std::vector<ByteRow>> layOut(std::span<const QuantizedBlock> blocks, BlockLayout layout);

}  // namespace ulpscope
