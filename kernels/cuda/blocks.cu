// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <vector>

#include "kernels/cuda/cuda_backend.cuh"
#include "kernels/cuda/dequantize_blocks.cuh"
#include "kernels/cuda/narrow_blocks.cuh"
#include "kernels/cuda/quantize_blocks.cuh"

namespace ulpscope::kernels {
namespace {

using CodecKind = BlockCodec::Kind;

unsigned partsOf(std::size_t blockSize) { return static_cast<unsigned>((blockSize + kBlockPart - 1) / kBlockPart); }

/// One index for all values: a block that is larger than a piece.
BlockFinder oneBlock() { return {Divider(std::uint32_t{1} << 31), true}; }

class BlockQuantizer {
 public:
  BlockQuantizer(const Device& device, const BlockCodec& codec, std::span<const float> values, const BlockCodes& out)
      : m_device(device),
        m_codec(codec),
        m_values(values),
        m_out(out),
        m_blockSize(std::min<std::size_t>(codec.blockSize, values.size())) {}

  Result<> run() {
    const std::size_t bytesOfBlock = m_blockSize * kBytesOfValue + kBytesOfBlock + partsOf(m_blockSize) * kBytesOfPart;
    if (m_device.itemsOfLane(bytesOfBlock, 0) == 0) return runHuge();
    const std::size_t blocks = m_out.scales.size();
    return m_device.forEachPiece(blocks, 1, bytesOfBlock, 0, [&](Lane& lane, std::size_t begin, std::size_t end) {
      return runBlocks(lane, begin, end);
    });
  }

 private:
  static constexpr std::size_t kBytesOfValue = sizeof(float) + 1;
  static constexpr std::size_t kBytesOfBlock = sizeof(float) + sizeof(std::int32_t) + sizeof(BlockStep);
  static constexpr std::size_t kBytesOfPart = sizeof(BlockFacts);

  /// Whole blocks, the last one of all perhaps short.
  Result<> runBlocks(Lane& lane, std::size_t begin, std::size_t end) {
    const std::size_t first = begin * m_blockSize;
    const std::size_t size = std::min(end * m_blockSize, m_values.size()) - first;
    const std::size_t blocks = end - begin;
    const auto in = lane.upload(m_values.subspan(first, size));
    if (!in) return tl::unexpected(in.error());
    const DeviceBlockCodes out{.codes = lane.allocate<std::uint8_t>(size),
                               .scales = lane.allocate<float>(blocks),
                               .zeroPoints = m_codec.hasZeroPoints() ? lane.allocate<std::int32_t>(blocks) : nullptr};
    const BlockLayout layout = blockLayout(size, m_blockSize);
    auto begun = m_blockSize <= kLongestShortBlock ? codeShort(lane, layout, *in, out)
                                                   : codeLong(lane, layout, blocks, *in, out);
    if (!begun) return begun;
    if (auto fetched = lane.download(out.codes, m_out.codes.subspan(first, size)); !fetched) return fetched;
    if (auto fetched = lane.download(out.scales, m_out.scales.subspan(begin, blocks)); !fetched) return fetched;
    if (!m_codec.hasZeroPoints()) return {};
    return lane.download(out.zeroPoints, m_out.zeroPoints.subspan(begin, blocks));
  }

  Result<> codeShort(Lane& lane, const BlockLayout& layout, const float* in, const DeviceBlockCodes& out) {
    const std::size_t blocks = (layout.size + layout.blockSize - 1) / layout.blockSize;
    const Grid grid{m_device.blocksFor(blocks, kThreads / layout.lanes)};
    return withCodecKind(m_codec.kind, [&]<CodecKind kKind>() {
      return lane.launch("quantizing", grid, quantizeShortBlocks<kKind>, m_codec, layout, in, out);
    });
  }

  Result<> codeLong(Lane& lane, const BlockLayout& layout, std::size_t blocks, const float* in,
                    const DeviceBlockCodes& out) {
    const unsigned partsInBlock = partsOf(m_blockSize);
    auto* const parts = lane.allocate<BlockFacts>(blocks * partsInBlock);
    auto* const steps = lane.allocate<BlockStep>(blocks);
    const auto count = static_cast<unsigned>(blocks);
    // A short last block has fewer parts; those that it lacks find nothing.
    if (auto begun = lane.launch("finding ranges", {count * partsInBlock}, findBlockFacts, layout, partsInBlock,
                                 std::uint64_t{0}, in, parts);
        !begun)
      return begun;
    if (auto begun = lane.launch("finding scales", {count}, findBlockSteps, m_codec, layout, partsInBlock,
                                 static_cast<const BlockFacts*>(parts), steps, out);
        !begun)
      return begun;
    return encode(lane, blockFinder(m_blockSize), layout.size, in, steps, out.codes);
  }

  Result<> encode(Lane& lane, const BlockFinder& blockOf, std::size_t size, const float* in, const BlockStep* steps,
                  std::uint8_t* codes) {
    const Grid grid{m_device.blocksFor(size, kThreads * kFour)};
    return withCodecKind(m_codec.kind, [&]<CodecKind kKind>() {
      return lane.launch("quantizing", grid, encodeLongBlocks<kKind>, m_codec, blockOf, static_cast<unsigned>(size), in,
                         steps, codes);
    });
  }

  /// Blocks that no lane holds: their values are sent twice, and the step is worked out here.
  Result<> runHuge() {
    for (std::size_t block = 0; block < m_out.scales.size(); ++block) {
      const std::size_t first = block * m_blockSize;
      const std::size_t size = std::min(m_blockSize, m_values.size() - first);
      BlockFacts facts;
      if (auto found = findFacts(m_values.subspan(first, size), facts); !found) return found;
      const BlockOutcome outcome = outcomeOfAnyKind(m_codec, facts, size < m_codec.blockSize);
      m_out.scales[block] = outcome.stored.scale;
      if (m_codec.hasZeroPoints()) m_out.zeroPoints[block] = outcome.stored.zeroPoint;
      if (auto coded = encodeHuge(m_values.subspan(first, size), m_out.codes.subspan(first, size), outcome.step);
          !coded)
        return coded;
    }
    return {};
  }

  Result<> findFacts(std::span<const float> values, BlockFacts& facts) {
    return m_device.forEachPiece(
        values.size(), kBlockPart, sizeof(float) + 1, 0,  // of 8,192 values the facts are less than as many bytes
        [&](Lane& lane, std::size_t begin, std::size_t end) -> Result<> {
          const auto in = lane.upload(values.subspan(begin, end - begin));
          if (!in) return tl::unexpected(in.error());
          const unsigned parts = partsOf(end - begin);
          auto* const found = lane.allocate<BlockFacts>(parts);
          const auto begun =
              lane.launch("finding ranges", {parts}, findBlockFacts, blockLayout(end - begin, end - begin), parts,
                          std::uint64_t{begin}, static_cast<const float*>(*in), found);
          if (!begun) return begun;
          return lane.download(found, parts, [&facts](std::span<const BlockFacts> piece) {
            for (const BlockFacts& part : piece) facts.merge(part);
          });
        });
  }

  Result<> encodeHuge(std::span<const float> values, std::span<std::uint8_t> codes, const BlockStep& step) {
    return m_device.forEachPiece(values.size(), kBlockPart, kBytesOfValue, sizeof(BlockStep),
                                 [&](Lane& lane, std::size_t begin, std::size_t end) -> Result<> {
                                   const std::size_t size = end - begin;
                                   const auto in = lane.upload(values.subspan(begin, size));
                                   if (!in) return tl::unexpected(in.error());
                                   const auto steps = lane.upload(std::span(&step, 1));
                                   if (!steps) return tl::unexpected(steps.error());
                                   auto* const coded = lane.allocate<std::uint8_t>(size);
                                   if (auto begun = encode(lane, oneBlock(), size, *in, *steps, coded); !begun)
                                     return begun;
                                   return lane.download(coded, codes.subspan(begin, size));
                                 });
  }

  const Device& m_device;
  const BlockCodec& m_codec;
  std::span<const float> m_values;
  const BlockCodes& m_out;
  std::size_t m_blockSize;  ///< the codec's, but at most all values
};

/// Values from codes of whole blocks, or of parts of one block: launch(lane, codes, scales, block of a value, size,
/// values), all on the device.
template <class Launch>
Result<> decodeBlocks(const Device& device, std::size_t blockSize, std::span<const std::uint8_t> codes,
                      std::span<const float> scales, std::span<float> values, const Launch& launch) {
  constexpr std::size_t kBytesOfValue = sizeof(float) + 1;
  constexpr std::size_t kBytesOfBlock = sizeof(float) + sizeof(std::int32_t);
  const auto decode = [&](Lane& lane, std::size_t first, std::size_t size, std::size_t block, std::size_t blocks,
                          const BlockFinder& blockOf) -> Result<> {
    const auto from = lane.upload(codes.subspan(first, size));
    if (!from) return tl::unexpected(from.error());
    const auto by = lane.upload(scales.subspan(block, blocks));
    if (!by) return tl::unexpected(by.error());
    auto* const restored = lane.allocate<float>(size);
    if (auto begun = launch(lane, static_cast<const std::uint8_t*>(*from), static_cast<const float*>(*by), block,
                            blocks, blockOf, size, restored);
        !begun)
      return begun;
    return lane.download(restored, values.subspan(first, size));
  };
  blockSize = std::min(blockSize, values.size());
  const std::size_t bytesOfBlock = blockSize * kBytesOfValue + kBytesOfBlock;
  if (device.itemsOfLane(bytesOfBlock, 0) > 0)
    return device.forEachPiece(scales.size(), 1, bytesOfBlock, 0, [&](Lane& lane, std::size_t begin, std::size_t end) {
      const std::size_t first = begin * blockSize;
      const std::size_t size = std::min(end * blockSize, values.size()) - first;
      return decode(lane, first, size, begin, end - begin, blockFinder(blockSize));
    });
  for (std::size_t block = 0; block < scales.size(); ++block) {
    const std::size_t first = block * blockSize;
    const auto done = device.forEachPiece(std::min(blockSize, values.size() - first), kBlockPart, kBytesOfValue,
                                          kBytesOfBlock, [&](Lane& lane, std::size_t begin, std::size_t end) {
                                            return decode(lane, first + begin, end - begin, block, 1, oneBlock());
                                          });
    if (!done) return done;
  }
  return {};
}

}  // namespace

Result<> CudaBackend::quantizeBlocks(const BlockCodec& codec, std::span<const float> values,
                                     const BlockCodes& out) const {
  if (values.empty()) return {};
  return BlockQuantizer(*m_device, codec, values, out).run();
}

Result<> CudaBackend::dequantizeBlocks(const BlockCodec& codec, const ConstBlockCodes& in,
                                       std::span<float> values) const {
  if (values.empty()) return {};
  const auto launch = [&](Lane& lane, const std::uint8_t* codes, const float* scales, std::size_t block,
                          std::size_t blocks, const BlockFinder& blockOf, std::size_t size,
                          float* restored) -> Result<> {
    const std::int32_t* zeroPoints = nullptr;
    if (codec.hasZeroPoints()) {
      const auto sent = lane.upload(in.zeroPoints.subspan(block, blocks));
      if (!sent) return tl::unexpected(sent.error());
      zeroPoints = *sent;
    }
    return lane.launch("dequantizing", {m_device->blocksFor(size, kThreads * kFour)}, dequantizeKernel, codec, blockOf,
                       static_cast<unsigned>(size), codes, scales, zeroPoints, restored);
  };
  return decodeBlocks(*m_device, codec.blockSize, in.codes, in.scales, values, launch);
}

bool CudaBackend::encodeNarrowBlocks(const NarrowBlockCodec& codec, std::span<const float> values,
                                     std::span<std::uint8_t> codes, std::span<float> scales) const {
  const std::optional<RoundingPlan> plan = narrowPlan(codec);
  if (!plan || codec.blockSize % kFour != 0 || codec.blockSize > kWarp * kFour) return false;
  const auto encode = [&]<NarrowBlockCodec::Kind kKind>(Lane& lane, std::size_t begin, std::size_t end) -> Result<> {
    const std::size_t first = begin * codec.blockSize;
    const std::size_t size = (end - begin) * codec.blockSize;
    const auto in = lane.upload(values.subspan(first, size));
    if (!in) return tl::unexpected(in.error());
    auto* const coded = lane.allocate<std::uint8_t>(size);
    auto* const found = lane.allocate<float>(end - begin);
    const BlockLayout layout = blockLayout(size, codec.blockSize);
    const Grid grid{m_device->blocksFor(end - begin, kThreads / layout.lanes)};
    const auto begun = lane.launch("quantizing", grid, encodeNarrowKernel<kKind>, codec, *plan, layout,
                                   static_cast<const float*>(*in), coded, found);
    if (!begun) return begun;
    if (auto fetched = lane.download(coded, codes.subspan(first, size)); !fetched) return fetched;
    return lane.download(found, scales.subspan(begin, end - begin));
  };
  const std::size_t bytesOfBlock = codec.blockSize * (sizeof(float) + 1) + sizeof(float);
  return m_device
      ->forEachPiece(scales.size(), 1, bytesOfBlock, 0,
                     [&](Lane& lane, std::size_t begin, std::size_t end) {
                       using NarrowKind = NarrowBlockCodec::Kind;
                       return codec.kind == NarrowKind::MxFloor
                                  ? encode.template operator()<NarrowKind::MxFloor>(lane, begin, end)
                                  : encode.template operator()<NarrowKind::ModelOpt>(lane, begin, end);
                     })
      .has_value();
}

bool CudaBackend::decodeNarrowBlocks(const NarrowBlockCodec& codec, std::span<const std::uint8_t> codes,
                                     std::span<const float> scales, std::span<float> values) const {
  const std::optional<DecodingPlan> plan = makeDecodingPlan(codec.element);
  if (!plan) return false;
  const auto launch = [&](Lane& lane, const std::uint8_t* from, const float* by, std::size_t, std::size_t,
                          const BlockFinder& blockOf, std::size_t size, float* restored) {
    return lane.launch("dequantizing", {m_device->blocksFor(size, kThreads * kFour)}, decodeNarrowKernel, codec, *plan,
                       blockOf, static_cast<unsigned>(size), from, by, restored);
  };
  return decodeBlocks(*m_device, codec.blockSize, codes, scales, values, launch).has_value();
}

}  // namespace ulpscope::kernels
