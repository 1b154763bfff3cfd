// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/cpu_backend.h"

#include <fmt/format.h>
#include <tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "core/formats/codec.h"
#include "kernels/cpu/abs_maxima.h"
#include "kernels/cpu/count_blocks.h"
#include "kernels/cpu/count_codes.h"
#include "kernels/cpu/decode.h"
#include "kernels/cpu/dequantize_blocks.h"
#include "kernels/cpu/instruction_set.h"
#include "kernels/cpu/measure_errors.h"
#include "kernels/cpu/multiply_add.h"
#include "kernels/cpu/multiply_scaled.h"
#include "kernels/cpu/narrow_blocks.h"
#include "kernels/cpu/profile.h"
#include "kernels/cpu/quantize_blocks.h"
#include "kernels/cpu/round.h"
#include "kernels/cpu/search_minima.h"
#include "kernels/cpu/search_scales.h"
#include "kernels/cpu/thread_team.h"
#include "kernels/plans/block_kinds.h"

namespace ulpscope::kernels {
namespace {

/// From here on an output is written past the caches: far more than a core's second-level cache, and about what is left
/// of a shared third-level one. Below, whoever reads the output next finds it there.
constexpr std::size_t kStreamFrom = std::size_t{32} << 20;

template <class T>
bool worthStreaming(std::span<T> out) {
  return out.size_bytes() >= kStreamFrom;
}

class CpuBackend final : public Backend {
 public:
  explicit CpuBackend(int threads) : m_team(threads) {}

  std::string_view id() const override { return "cpu"; }
  std::string description() const override;

  void forEach(std::size_t count, const std::function<void(std::size_t index)>& work) const override {
    m_team.forEachChunk(count, 1, [&](std::size_t index, std::size_t, std::size_t) { work(index); });
  }
  Result<> decode(const ElementType& type, std::span<const std::byte> bytes, std::span<float> values) const override;
  Result<> round(const FloatRounding& rule, std::span<const float> in, std::span<float> out) const override;
  Result<> encode(const FloatRounding& rule, std::span<const float> in, std::span<std::uint8_t> codes) const override {
    return encodeAll(rule, in, codes);
  }
  Result<> encode(const FloatRounding& rule, std::span<const float> in, std::span<std::uint16_t> codes) const override {
    return encodeAll(rule, in, codes);
  }
  Result<> profile(std::span<const float> values, float smallestNormal, ProfileAccumulator& into) const override;
  Result<> countCodes(std::span<const std::uint16_t> codes, std::span<std::uint64_t> counts) const override {
    return countAll(codes, counts, countCodes16);
  }
  Result<> countCodes(std::span<const std::uint8_t> codes, std::span<std::uint64_t> counts) const override {
    return countAll(codes, counts, countCodes8);
  }
  Result<> absMaxima(std::span<const float> values, std::span<float> rowMaxima,
                     std::span<float> columnMaxima) const override {
    return maxima(values, rowMaxima, columnMaxima, [](const float* first, std::size_t stride, auto rows, auto columns) {
      raiseAbsMaxima(first, stride, rows, columns);
    });
  }
  Result<> absMaximaOfCodes(std::span<const std::uint16_t> codes, std::uint16_t infinity,
                            std::span<std::uint16_t> rowMaxima, std::span<std::uint16_t> columnMaxima) const override {
    return maxima(codes, rowMaxima, columnMaxima,
                  [infinity](const std::uint16_t* first, std::size_t stride, auto rows, auto columns) {
                    raiseAbsMaxima(first, stride, infinity, rows, columns);
                  });
  }
  Result<> countBlocks(std::span<const float> values, std::uint64_t columns, BlockCounts& into) const override {
    kernels::countBlocks(values, columns, into);
    return {};
  }
  Result<> countBlocksOfCodes(std::span<const std::uint16_t> codes, std::uint64_t columns, const CodeClasses& classes,
                              BlockCounts& into) const override {
    kernels::countBlocks(codes, columns, classes, into);
    return {};
  }
  Result<> quantizeBlocks(const BlockCodec& codec, std::span<const float> values, const BlockCodes& out) const override;
  Result<> dequantizeBlocks(const BlockCodec& codec, const ConstBlockCodes& in, std::span<float> values) const override;
  void multiplyAdd(const DotUnit& unit, int smallestExponent, const OperandBlock& a, const OperandBlock& b,
                   std::size_t length, std::span<float> c) const override {
    if (kernels::multiplyFused(unit, smallestExponent, a, b, length, c)) return;
    if (kernels::multiplyChain(unit, a, b, length, c)) return;
    Backend::multiplyAdd(unit, smallestExponent, a, b, length, c);
  }
  void multiplyAdd(const ScaledUnit& unit, const ScaledBlock& a, const ScaledBlock& b, std::size_t length,
                   std::span<float> c) const override {
    if (!kernels::multiplyScaled(unit, a, b, length, c)) Backend::multiplyAdd(unit, a, b, length, c);
  }
  void multiplyAdd(const RowBlock<double>& a, const RowBlock<double>& b, std::size_t length,
                   std::span<double> c) const override {
    if (!kernels::multiplyChain(a, b, length, c)) Backend::multiplyAdd(a, b, length, c);
  }

  void measureErrors(std::span<const float> x, std::span<const float> y, std::uint64_t first,
                     const ErrorBrackets& brackets, ErrorChunk& into) const override {
    kernels::measureErrors(x, y, first, brackets, into);
  }
  Result<> searchMinima(const ggml::MinimumSearch& search, std::span<const float> x, std::span<const float> w,
                        std::span<ggml::MinimumFit> fits) const override {
    kernels::searchMinima(search, x, w, fits);
    return {};
  }
  Result<> searchScales(const ggml::ScaleSearch& search, std::span<const float> x, std::span<const float> w,
                        std::span<float> scales, std::span<std::uint8_t> codes) const override {
    kernels::searchScales(search, x, w, scales, codes);
    return {};
  }
  bool encodeNarrowBlocks(const NarrowBlockCodec& codec, std::span<const float> values, std::span<std::uint8_t> codes,
                          std::span<float> scales) const override {
    return kernels::encodeNarrowBlocks(codec, values, codes, scales);
  }
  bool decodeNarrowBlocks(const NarrowBlockCodec& codec, std::span<const std::uint8_t> codes,
                          std::span<const float> scales, std::span<float> values) const override {
    return kernels::decodeNarrowBlocks(codec, codes, scales, values);
  }

 private:
  template <class T, class Raise>
  Result<> maxima(std::span<const T> values, std::span<T> rowMaxima, std::span<T> columnMaxima, Raise raise) const;
  template <class Code>
  Result<> encodeAll(const FloatRounding& rule, std::span<const float> in, std::span<Code> codes) const;
  template <class Code, class Count>
  Result<> countAll(std::span<const Code> codes, std::span<std::uint64_t> counts, Count count) const;
  BlockScale quantizeLong(const BlockCodec& codec, std::span<const float> values, std::span<std::uint8_t> codes) const;

  /// How many floats a thread writes at once. The end of a chunk waits until what was written past the caches has
  /// arrived, so those are larger, while there are four for each thread.
  std::size_t chunkOf(std::span<const float> out, bool stream) const {
    const std::size_t share = out.size() / (4 * static_cast<std::size_t>(m_team.threads()));
    return stream ? std::clamp<std::size_t>(share / kChunk, 1, 16) * kChunk : kChunk;
  }

  ThreadTeam m_team;
};

std::string CpuBackend::description() const {
  const int threads = m_team.threads();
  const std::string_view set = instructionSet();
  return fmt::format("cpu {}, {} {}", set == "AVX3" ? "AVX-512" : set, threads, threads == 1 ? "thread" : "threads");
}

Result<> CpuBackend::decode(const ElementType& type, std::span<const std::byte> bytes, std::span<float> values) const {
  const bool stream = worthStreaming(values);
  m_team.forEachChunk(values.size(), chunkOf(values, stream), [&](std::size_t, std::size_t begin, std::size_t end) {
    const auto bits = static_cast<std::size_t>(type.bits);  // a chunk's elements begin and end at whole bytes
    const std::size_t firstByte = begin * bits / 8;
    decodeValues(type, bytes.subspan(firstByte, end * bits / 8 - firstByte), values.subspan(begin, end - begin),
                 stream);
  });
  return {};
}

Result<> CpuBackend::round(const FloatRounding& rule, std::span<const float> in, std::span<float> out) const {
  const auto plan = makeRoundingPlan(rule);
  const bool stream = worthStreaming(out) && in.data() != out.data();
  m_team.forEachChunk(in.size(), chunkOf(out, stream), [&](std::size_t, std::size_t begin, std::size_t end) {
    const auto from = in.subspan(begin, end - begin);
    const auto to = out.subspan(begin, end - begin);
    if (plan) return roundValues(*plan, from, to, stream);
    std::transform(from.begin(), from.end(), to.begin(),
                   [&](float value) { return roundFloat(rule.spec, value, rule.rounding, rule.overflow); });
  });
  return {};
}

template <class Code>
Result<> CpuBackend::encodeAll(const FloatRounding& rule, std::span<const float> in, std::span<Code> codes) const {
  const auto plan = makeRoundingPlan(rule);
  const bool stream = worthStreaming(codes);
  m_team.forEachChunk(in.size(), kChunk, [&](std::size_t, std::size_t begin, std::size_t end) {
    const auto from = in.subspan(begin, end - begin);
    const auto to = codes.subspan(begin, end - begin);
    if (plan) return encodeValues(*plan, from, to, stream);
    std::transform(from.begin(), from.end(), to.begin(), [&](float value) {
      return static_cast<Code>(encodeFloat(rule.spec, value, rule.rounding, rule.overflow).code);
    });
  });
  return {};
}

Result<> CpuBackend::profile(std::span<const float> values, float smallestNormal, ProfileAccumulator& into) const {
  static_assert(ProfileAccumulator::kChunk == ChunkProfiler::kLargestChunk);
  std::vector<ChunkProfile> chunks(chunkCount(values.size(), ProfileAccumulator::kChunk));
  tbb::enumerable_thread_specific<ChunkProfiler> profilers;
  m_team.forEachChunk(values.size(), ProfileAccumulator::kChunk,
                      [&](std::size_t index, std::size_t begin, std::size_t end) {
                        chunks[index] = profilers.local().profile(values.subspan(begin, end - begin), smallestNormal);
                      });
  for (const ChunkProfile& chunk : chunks) {
    into.moments.merge(chunk.moments);
    into.kinds.merge(chunk.kinds);
    into.min = std::min(into.min, chunk.min);
    into.max = std::max(into.max, chunk.max);
  }
  for (const ChunkProfiler& profiler : profilers) into.histogram.merge(profiler.histogram());  // exact in any order
  return {};
}

template <class Code, class Count>
Result<> CpuBackend::countAll(std::span<const Code> codes, std::span<std::uint64_t> counts, Count count) const {
  // A table of counts is cleared and added for each task, so tasks are as large as the threads allow.
  const auto threads = static_cast<std::size_t>(m_team.threads());
  const std::size_t chunk = std::max(chunkCount(codes.size(), threads), 16 * counts.size());
  if (codes.size() <= chunk) {
    count(codes, counts);
    return {};
  }
  std::vector<std::vector<std::uint64_t>> parts(chunkCount(codes.size(), chunk));
  m_team.forEachChunk(codes.size(), chunk, [&](std::size_t index, std::size_t begin, std::size_t end) {
    parts[index].resize(counts.size());
    count(codes.subspan(begin, end - begin), parts[index]);
  });
  for (const auto& part : parts)
    std::transform(part.begin(), part.end(), counts.begin(), counts.begin(), std::plus<>());
  return {};
}

/// raise(first value, stride, row maxima, column maxima) does a tile.
template <class T, class Raise>
Result<> CpuBackend::maxima(std::span<const T> values, std::span<T> rowMaxima, std::span<T> columnMaxima,
                            Raise raise) const {
  const std::size_t columns = columnMaxima.size();
  if (values.empty()) return {};
  // Tiles of whole rows, or of a part of one row where rows are long. A tile's maxima go to buffers of their own
  // thread, since neighbouring tiles share a row or all columns; a maximum does not care about the order.
  const std::size_t tileColumns = std::min(columns, kChunk);
  const std::size_t tileRows = std::max<std::size_t>(1, kChunk / tileColumns);
  const std::size_t tilesAcross = chunkCount(columns, tileColumns);
  struct Maxima {
    std::vector<T> rows;
    std::vector<T> columns;
  };
  tbb::enumerable_thread_specific<Maxima> partial(
      [&] { return Maxima{std::vector<T>(rowMaxima.size()), std::vector<T>(columns)}; });
  const std::size_t tiles = tilesAcross * chunkCount(rowMaxima.size(), tileRows);
  m_team.forEachChunk(tiles, 1, [&](std::size_t tile, std::size_t, std::size_t) {
    const std::size_t row = tile / tilesAcross * tileRows;
    const std::size_t column = tile % tilesAcross * tileColumns;
    Maxima& own = partial.local();
    const std::size_t rowCount = std::min(tileRows, rowMaxima.size() - row);
    const std::size_t columnCount = std::min(tileColumns, columns - column);
    raise(values.data() + row * columns + column, columns, std::span(own.rows).subspan(row, rowCount),
          std::span(own.columns).subspan(column, columnCount));
  });
  const auto larger = [](T a, T b) { return std::max(a, b); };
  for (const Maxima& part : partial) {
    std::transform(part.rows.begin(), part.rows.end(), rowMaxima.begin(), rowMaxima.begin(), larger);
    std::transform(part.columns.begin(), part.columns.end(), columnMaxima.begin(), columnMaxima.begin(), larger);
  }
  return {};
}

Result<> CpuBackend::quantizeBlocks(const BlockCodec& codec, std::span<const float> values,
                                    const BlockCodes& out) const {
  const bool stream = worthStreaming(out.codes);
  if (codec.blockSize > kChunk) {
    for (std::size_t block = 0; block < out.scales.size(); ++block) {
      const std::size_t first = block * codec.blockSize;
      const std::size_t size = std::min<std::size_t>(codec.blockSize, values.size() - first);
      const BlockScale stored = quantizeLong(codec, values.subspan(first, size), out.codes.subspan(first, size));
      out.scales[block] = stored.scale;
      if (codec.hasZeroPoints()) out.zeroPoints[block] = stored.zeroPoint;
    }
    return {};
  }
  const std::size_t blocksAtOnce = kChunk / codec.blockSize;
  m_team.forEachChunk(out.scales.size(), blocksAtOnce, [&](std::size_t, std::size_t begin, std::size_t end) {
    const std::size_t first = begin * codec.blockSize;
    const std::size_t size = std::min<std::size_t>(end * codec.blockSize, values.size()) - first;
    kernels::quantizeBlocks(
        codec, values.subspan(first, size),
        {.codes = out.codes.subspan(first, size),
         .scales = out.scales.subspan(begin, end - begin),
         .zeroPoints = codec.hasZeroPoints() ? out.zeroPoints.subspan(begin, end - begin) : std::span<std::int32_t>()},
        stream);
  });
  return {};
}

BlockScale CpuBackend::quantizeLong(const BlockCodec& codec, std::span<const float> values,
                                    std::span<std::uint8_t> codes) const {
  std::vector<BlockRange> ranges(chunkCount(values.size()));
  m_team.forEachChunk(values.size(), kChunk, [&](std::size_t index, std::size_t begin, std::size_t end) {
    ranges[index] = blockRange(codec, values.subspan(begin, end - begin));
  });
  BlockRange range;
  for (const BlockRange& part : ranges) range.merge(part);
  const bool isShort = values.size() < codec.blockSize;
  const auto rule =
      withCodecKind(codec.kind, [&]<BlockCodec::Kind kKind>() { return blockRule<kKind>(codec, range, isShort); });
  if (!rule) return quantizeBlock(codec, values, codes);
  m_team.forEachChunk(values.size(), kChunk, [&](std::size_t, std::size_t begin, std::size_t end) {
    encodePart(codec, *rule, values.subspan(begin, end - begin), codes.subspan(begin, end - begin),
               worthStreaming(codes));
  });
  BlockScale stored = rule->stored;
  if (hasBinary16Scale(codec)) roundToBinary16(std::span(&stored.scale, 1));
  return stored;
}

Result<> CpuBackend::dequantizeBlocks(const BlockCodec& codec, const ConstBlockCodes& in,
                                      std::span<float> values) const {
  const bool stream = worthStreaming(values);
  if (codec.blockSize > kChunk) {
    m_team.forEachChunk(values.size(), kChunk, [&](std::size_t, std::size_t begin, std::size_t end) {
      while (begin < end) {  // a chunk may reach into the next block
        const std::size_t block = begin / codec.blockSize;
        const std::size_t size = std::min<std::size_t>(end, (block + 1) * codec.blockSize) - begin;
        const BlockScale stored{in.scales[block], codec.hasZeroPoints() ? in.zeroPoints[block] : 0};
        dequantizePart(codec, in.codes.subspan(begin, size), stored, values.subspan(begin, size), stream);
        begin += size;
      }
    });
    return {};
  }
  const std::size_t blocksAtOnce = chunkOf(values, stream) / codec.blockSize;
  m_team.forEachChunk(in.scales.size(), blocksAtOnce, [&](std::size_t, std::size_t begin, std::size_t end) {
    const std::size_t first = begin * codec.blockSize;
    const std::size_t size = std::min<std::size_t>(end * codec.blockSize, values.size()) - first;
    kernels::dequantizeBlocks(codec,
                              {.codes = in.codes.subspan(first, size),
                               .scales = in.scales.subspan(begin, end - begin),
                               .zeroPoints = codec.hasZeroPoints() ? in.zeroPoints.subspan(begin, end - begin)
                                                                   : std::span<const std::int32_t>()},
                              values.subspan(first, size), stream);
  });
  return {};
}

}  // namespace

std::unique_ptr<Backend> makeCpuBackend(int threads) { return std::make_unique<CpuBackend>(threads); }

}  // namespace ulpscope::kernels
