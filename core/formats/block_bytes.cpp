// SPDX-License-Identifier: Apache-2.0
#include "core/formats/block_bytes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace ulpscope {
namespace {

struct LayoutText {
  BlockLayout layout;
  std::string_view id;
  std::string_view title;
};

constexpr std::array<LayoutText, 3> kLayouts{{{BlockLayout::Ocp, "ocp", "OCP, torch, ONNX, Triton"},
                                              {BlockLayout::Bitsandbytes, "bitsandbytes", "bitsandbytes"},
                                              {BlockLayout::Ggml, "ggml", "ggml, GGUF"}}};

constexpr std::array kOrder{BlockLayout::Ocp, BlockLayout::Bitsandbytes, BlockLayout::Ggml};

/// The code of an element, counted through all blocks; 0 where a short block has none.
class Codes {
 public:
  explicit Codes(std::span<const QuantizedBlock> blocks)
      : m_blocks(blocks), m_size(static_cast<std::size_t>(blocks.front().format->blockSize)) {}

  std::size_t count() const { return m_blocks.size() * m_size; }
  std::uint8_t operator[](std::size_t index) const {
    const auto& elements = m_blocks[index / m_size].elements;
    const std::size_t at = index % m_size;
    return at < elements.size() ? static_cast<std::uint8_t>(elements[at].outcome.code) : std::uint8_t{0};
  }

 private:
  std::span<const QuantizedBlock> m_blocks;
  std::size_t m_size;
};

std::uint8_t nibbles(std::uint8_t low, std::uint8_t high) { return static_cast<std::uint8_t>(low | high << 4); }

ByteRow scaleRow(std::string_view part, std::size_t offset, const QuantizedBlock& block, std::size_t index) {
  return {part, offset, static_cast<std::uint8_t>(block.scaleCode), fmt::format("scale of block {}", index)};
}

/// Element i in bits [i * bits, (i + 1) * bits) of a run that starts in the lowest bit of the first byte.
std::vector<ByteRow> packed(const Codes& codes, std::size_t bits) {
  std::vector<ByteRow> rows;
  for (std::size_t offset = 0; offset * 8 < codes.count() * bits; ++offset) {
    unsigned byte = 0;
    const std::size_t first = offset * 8 / bits, last = (offset * 8 + 7) / bits;
    for (std::size_t i = first; i <= last; ++i) {
      const auto shift = static_cast<int>(i * bits) - static_cast<int>(offset * 8);
      byte |= shift >= 0 ? static_cast<unsigned>(codes[i]) << shift : static_cast<unsigned>(codes[i]) >> -shift;
    }
    std::string holds = fmt::format("element {}", first);
    if (bits == 4) holds = fmt::format("element {} low, {} high", first, last);
    if (bits == 6) holds = fmt::format("element {} below, {} above", first, last);
    rows.push_back({"elements", offset, static_cast<std::uint8_t>(byte), std::move(holds)});
  }
  return rows;
}

std::vector<ByteRow> highNibbleFirst(const Codes& codes) {
  std::vector<ByteRow> rows;
  for (std::size_t i = 0; i < codes.count(); i += 2)
    rows.push_back(
        {"elements", i / 2, nibbles(codes[i + 1], codes[i]), fmt::format("element {} high, {} low", i, i + 1)});
  return rows;
}

/// The scales of `group` blocks, then the nibbles of each: its first half low, its second half high.
std::vector<ByteRow> ggmlBlocks(std::span<const QuantizedBlock> blocks, const Codes& codes, std::size_t group) {
  const auto size = static_cast<std::size_t>(blocks.front().format->blockSize);
  std::vector<ByteRow> rows;
  for (std::size_t first = 0; first < blocks.size(); first += group) {
    for (std::size_t i = first; i < first + group; ++i) rows.push_back(scaleRow("block", rows.size(), blocks[i], i));
    for (std::size_t i = first; i < first + group; ++i)
      for (std::size_t j = 0; j < size / 2; ++j) {
        const std::size_t low = i * size + j, high = low + size / 2;
        rows.push_back({"block", rows.size(), nibbles(codes[low], codes[high]),
                        fmt::format("element {} low, {} high", low, high)});
      }
  }
  return rows;
}

Result<std::vector<ByteRow>> ggmlLayout(std::span<const QuantizedBlock> blocks, const Codes& codes) {
  const BlockFormat& format = *blocks.front().format;
  if (format.id == "mxfp4") return ggmlBlocks(blocks, codes, 1);
  if (format.id != "nvfp4")
    return fail(Errc::Unsupported, fmt::format("mxfp4 or nvfp4 expected for the layout ggml, found {}", format.id));
  constexpr std::size_t kGroup = 4;
  if (blocks.size() % kGroup != 0)
    return fail(Errc::Unsupported,
                fmt::format("blocks by fours expected for ggml's nvfp4 (64 elements), found {} of 16", blocks.size()));
  if (blocks.front().tensorScale != 1)
    return fail(Errc::Unsupported, "a tensor scale of 1 expected for ggml's nvfp4, whose blocks do not hold one");
  return ggmlBlocks(blocks, codes, kGroup);
}

}  // namespace

std::span<const BlockLayout> blockLayouts() { return kOrder; }

std::string_view idOf(BlockLayout layout) { return std::ranges::find(kLayouts, layout, &LayoutText::layout)->id; }
std::string_view titleOf(BlockLayout layout) { return std::ranges::find(kLayouts, layout, &LayoutText::layout)->title; }

std::optional<BlockLayout> findBlockLayout(std::string_view id) {
  const auto found = std::ranges::find(kLayouts, id, &LayoutText::id);
  if (found == kLayouts.end()) return std::nullopt;
  return found->layout;
}

Result<std::vector<ByteRow>> layOut(std::span<const QuantizedBlock> blocks, BlockLayout layout) {
  if (blocks.empty()) return std::vector<ByteRow>();
  const Codes codes(blocks);
  if (layout == BlockLayout::Ggml) return ggmlLayout(blocks, codes);

  const BlockFormat& format = *blocks.front().format;
  const auto bits = static_cast<std::size_t>(format.element->info().codeBits);
  if (layout == BlockLayout::Bitsandbytes && bits != 4)
    return fail(Errc::Unsupported,
                fmt::format("4-bit elements expected for the layout bitsandbytes, found {}", format.id));
  std::vector<ByteRow> rows;
  for (std::size_t i = 0; i < blocks.size(); ++i) rows.push_back(scaleRow("scales", i, blocks[i], i));
  std::ranges::move(layout == BlockLayout::Bitsandbytes ? highNibbleFirst(codes) : packed(codes, bits),
                    std::back_inserter(rows));
  return rows;
}

}  // namespace ulpscope
