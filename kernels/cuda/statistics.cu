// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <type_traits>
#include <vector>

#include "kernels/cuda/abs_maxima.cuh"
#include "kernels/cuda/count_blocks.cuh"
#include "kernels/cuda/count_codes.cuh"
#include "kernels/cuda/cuda_backend.cuh"
#include "kernels/cuda/profile.cuh"

namespace ulpscope::kernels {
namespace {

static_assert(kProfileChunk == ProfileAccumulator::kChunk && kProfileBins == FoldedHistogram::kBins &&
              kProfileSmallestExponent == FoldedHistogram::kSmallestExponent);

constexpr unsigned kMostProfileBlocks = 128;  // of a piece: each brings a histogram back

void addChunk(const ChunkSums& sums, ProfileAccumulator& into) {
  if (sums.finite == 0) return;
  into.moments.merge(Moments::fromShiftedSums(sums.finite, sums.shift, sums.s1, sums.s2, sums.s3, sums.s4));
}

void addBlock(const BlockProfile& block, ProfileAccumulator& into) {
  into.kinds.merge({.nan = block.nan,
                    .positiveInfinity = block.positiveInfinity,
                    .negativeInfinity = block.negativeInfinity,
                    .zero = block.zero,
                    .subnormal = block.subnormal});
  into.min = std::min(into.min, block.min);
  into.max = std::max(into.max, block.max);
  FoldedHistogram histogram;
  histogram.exponent = block.exponent;
  std::copy(std::begin(block.bins), std::end(block.bins), histogram.counts.begin());
  into.histogram.merge(histogram);
}

/// Counts codes of `size` elements by launch(lane, codes on the device, size, counts on the device) and adds them.
template <class Code, class Launch>
Result<> countAll(const Device& device, std::span<const Code> codes, std::span<std::uint64_t> counts,
                  const Launch& launch) {
  std::vector<std::uint64_t> found(counts.size());
  const auto counted =
      device.forEachPiece(codes.size(), 4096, sizeof(Code), counts.size() * sizeof(DeviceCount),
                          [&](Lane& lane, std::size_t begin, std::size_t end) -> Result<> {
                            const auto from = lane.upload(codes.subspan(begin, end - begin));
                            if (!from) return tl::unexpected(from.error());
                            auto* const into = lane.allocate<DeviceCount>(counts.size());
                            if (auto cleared = lane.clear(into, counts.size()); !cleared) return cleared;
                            if (auto begun = launch(lane, static_cast<const Code*>(*from), end - begin, into); !begun)
                              return begun;
                            return lane.download(into, counts.size(), [&found](std::span<const DeviceCount> piece) {
                              for (std::size_t i = 0; i < piece.size(); ++i) found[i] += piece[i];
                            });
                          });
  if (!counted) return counted;
  for (std::size_t i = 0; i < found.size(); ++i) counts[i] += found[i];
  return {};
}

/// Whole rows where they fit into a lane, else parts of one row.
struct Rectangle {
  std::size_t row, column;  ///< its corner
  std::size_t rows, columns;
};

/// Calls work(lane, rectangle) for parts of a matrix whose elements follow each other. Parts of a row begin at
/// multiples of 4096.
template <class Work>
Result<> forEachRectangle(const Device& device, std::size_t rows, std::size_t columns, std::size_t bytesOfElement,
                          std::size_t bytesOfRow, std::size_t bytesOfColumn, std::size_t bytesOfPiece,
                          const Work& work) {
  if (rows == 0 || columns == 0) return {};
  const std::size_t ofRow = columns * bytesOfElement + bytesOfRow;
  const std::size_t ofPiece = bytesOfPiece + columns * bytesOfColumn;
  if (device.itemsOfLane(ofRow, ofPiece) > 0)
    return device.forEachPiece(rows, 1, ofRow, ofPiece, [&](Lane& lane, std::size_t begin, std::size_t end) {
      return work(lane, Rectangle{begin, 0, end - begin, columns});
    });
  for (std::size_t row = 0; row < rows; ++row) {
    const auto done = device.forEachPiece(columns, 4096, bytesOfElement + bytesOfColumn, bytesOfPiece + bytesOfRow,
                                          [&](Lane& lane, std::size_t begin, std::size_t end) {
                                            return work(lane, Rectangle{row, begin, 1, end - begin});
                                          });
    if (!done) return done;
  }
  return {};
}

/// `T` of a maximum that kernels have as an integer.
template <class T>
T maximumOf(int found) {
  if constexpr (std::is_same_v<T, float>)
    return std::bit_cast<float>(found);
  else
    return static_cast<T>(found);
}

template <class T, class Magnitude>
Result<> raiseMaxima(const Device& device, std::span<const T> values, Magnitude magnitude, std::span<T> rowMaxima,
                     std::span<T> columnMaxima) {
  std::vector<int> ofRows(rowMaxima.size());
  std::vector<int> ofColumns(columnMaxima.size());
  const auto raise = [](std::span<const int> found, std::span<int> into) {
    for (std::size_t i = 0; i < found.size(); ++i) into[i] = std::max(into[i], found[i]);
  };
  const auto found = forEachRectangle(
      device, rowMaxima.size(), columnMaxima.size(), sizeof(T), sizeof(int), sizeof(int), 0,
      [&](Lane& lane, const Rectangle& part) -> Result<> {
        const auto from =
            lane.upload(values.subspan(part.row * columnMaxima.size() + part.column, part.rows * part.columns));
        if (!from) return tl::unexpected(from.error());
        int* const rows = lane.allocate<int>(part.rows);
        int* const columns = lane.allocate<int>(part.columns);
        if (auto cleared = lane.clear(rows, part.rows); !cleared) return cleared;
        if (auto cleared = lane.clear(columns, part.columns); !cleared) return cleared;
        const std::size_t across = (part.columns + kMaximaColumns - 1) / kMaximaColumns;
        const std::size_t down = (part.rows + kMaximaRows - 1) / kMaximaRows;
        const auto begun =
            lane.launch("row and column maxima", {static_cast<unsigned>(across * down)}, absMaximaKernel<T, Magnitude>,
                        static_cast<const T*>(*from), part.rows, part.columns, magnitude, rows, columns);
        if (!begun) return begun;
        const auto fetched = lane.download(rows, part.rows, [&ofRows, raise, part](std::span<const int> piece) {
          raise(piece, std::span(ofRows).subspan(part.row, part.rows));
        });
        if (!fetched) return fetched;
        return lane.download(columns, part.columns, [&ofColumns, raise, part](std::span<const int> piece) {
          raise(piece, std::span(ofColumns).subspan(part.column, part.columns));
        });
      });
  if (!found) return found;
  const auto raised = [](T now, int seen) { return std::max(now, maximumOf<T>(seen)); };
  std::transform(rowMaxima.begin(), rowMaxima.end(), ofRows.begin(), rowMaxima.begin(), raised);
  std::transform(columnMaxima.begin(), columnMaxima.end(), ofColumns.begin(), columnMaxima.begin(), raised);
  return {};
}

/// `table` goes to the device with each piece; classesOf(table on the device) are the classes.
template <class T, class ClassesOf>
Result<> countAllBlocks(const Device& device, std::span<const T> values, std::size_t columns,
                        std::span<const std::uint16_t> table, const ClassesOf& classesOf, BlockCounts& into) {
  constexpr std::size_t kCounters = std::size_t{kCountedSizes} * kCountedClasses;
  std::vector<std::uint64_t> found(kCounters);
  const auto counted = forEachRectangle(
      device, values.size() / columns, columns, sizeof(T), 0, 0, table.size_bytes() + kCounters * sizeof(DeviceCount),
      [&](Lane& lane, const Rectangle& part) -> Result<> {
        const auto from = lane.upload(values.subspan(part.row * columns + part.column, part.rows * part.columns));
        if (!from) return tl::unexpected(from.error());
        const auto tableThere = lane.upload(table);
        if (!tableThere) return tl::unexpected(tableThere.error());
        auto* const counts = lane.allocate<DeviceCount>(kCounters);
        if (auto cleared = lane.clear(counts, kCounters); !cleared) return cleared;
        const auto classes = classesOf(*tableThere);
        const Grid grid{device.blocksFor(part.rows * ((part.columns + 255) / 256), kWarps)};
        const auto begun =
            lane.launch("counting blocks", grid, countBlocksKernel<T, std::decay_t<decltype(classes)>>,
                        static_cast<const T*>(*from), static_cast<unsigned>(part.rows), part.columns, classes, counts);
        if (!begun) return begun;
        return lane.download(counts, kCounters, [&found](std::span<const DeviceCount> piece) {
          for (std::size_t i = 0; i < piece.size(); ++i) found[i] += piece[i];
        });
      });
  if (!counted) return counted;
  for (std::size_t i = 0; i < kCounters; ++i) into.bySize[i / kCountedClasses][i % kCountedClasses] += found[i];
  return {};
}

}  // namespace

Result<> CudaBackend::profile(std::span<const float> values, float smallestNormal, ProfileAccumulator& into) const {
  ProfileAccumulator found = into;  // chunks are merged into what was there, in their order
  const auto profiled = m_device->forEachPiece(
      values.size(), kProfileChunk, sizeof(float) + 1, kMostProfileBlocks * sizeof(BlockProfile) + sizeof(ChunkSums),
      [&](Lane& lane, std::size_t begin, std::size_t end) -> Result<> {
        const std::size_t size = end - begin;
        const auto from = lane.upload(values.subspan(begin, size));
        if (!from) return tl::unexpected(from.error());
        const std::size_t chunks = (size + kProfileChunk - 1) / kProfileChunk;
        const unsigned blocks = std::min(m_device->blocksFor(chunks, 1), kMostProfileBlocks);
        auto* const sums = lane.allocate<ChunkSums>(chunks);
        auto* const seen = lane.allocate<BlockProfile>(blocks);
        const auto begun = lane.launch("statistics", {blocks}, profileKernel, static_cast<const float*>(*from), size,
                                       smallestNormal, sums, seen);
        if (!begun) return begun;
        const auto fetched = lane.download(sums, chunks, [&found](std::span<const ChunkSums> piece) {
          for (const ChunkSums& chunk : piece) addChunk(chunk, found);
        });
        if (!fetched) return fetched;
        return lane.download(seen, blocks, [&found](std::span<const BlockProfile> piece) {
          for (const BlockProfile& block : piece) addBlock(block, found);
        });
      });
  if (profiled) into = std::move(found);
  return profiled;
}

Result<> CudaBackend::countCodes(std::span<const std::uint16_t> codes, std::span<std::uint64_t> counts) const {
  return countAll(*m_device, codes, counts,
                  [&](Lane& lane, const std::uint16_t* from, std::size_t size, DeviceCount* into) -> Result<> {
                    const auto allowed = cudaFuncSetAttribute(countCodes16, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                                              static_cast<int>(kHalfTableBytes));
                    if (auto done = check(allowed, "shared memory"); !done) return done;
                    // A table is cleared and added for each block, so blocks are few.
                    const unsigned blocks = m_device->blocksFor(size, std::size_t{4} * kHalfTable);
                    return lane.launch("counting codes", {2 * blocks, kHalfTableBytes}, countCodes16, from, size, into);
                  });
}

Result<> CudaBackend::countCodes(std::span<const std::uint8_t> codes, std::span<std::uint64_t> counts) const {
  return countAll(*m_device, codes, counts,
                  [&](Lane& lane, const std::uint8_t* from, std::size_t size, DeviceCount* into) {
                    const Grid grid{m_device->blocksFor(size, std::size_t{16} * kThreads * kFour)};
                    return lane.launch("counting codes", grid, countCodes8, from, size, into);
                  });
}

Result<> CudaBackend::absMaxima(std::span<const float> values, std::span<float> rowMaxima,
                                std::span<float> columnMaxima) const {
  return raiseMaxima(*m_device, values, NumberMagnitude{}, rowMaxima, columnMaxima);
}

Result<> CudaBackend::absMaximaOfCodes(std::span<const std::uint16_t> codes, std::uint16_t infinity,
                                       std::span<std::uint16_t> rowMaxima,
                                       std::span<std::uint16_t> columnMaxima) const {
  return raiseMaxima(*m_device, codes, CodeMagnitude{infinity}, rowMaxima, columnMaxima);
}

Result<> CudaBackend::countBlocks(std::span<const float> values, std::uint64_t columns, BlockCounts& into) const {
  return countAllBlocks(*m_device, values, columns, {}, [](const std::uint16_t*) { return FloatClasses{}; }, into);
}

Result<> CudaBackend::countBlocksOfCodes(std::span<const std::uint16_t> codes, std::uint64_t columns,
                                         const CodeClasses& classes, BlockCounts& into) const {
  return countAllBlocks(
      *m_device, codes, columns, classes.ofCode, [](const std::uint16_t* there) { return TableClasses{there}; }, into);
}

}  // namespace ulpscope::kernels
