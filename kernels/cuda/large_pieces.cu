// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <vector>

#include "kernels/cuda/cuda_backend.cuh"
#include "kernels/cuda/measure_blocks.cuh"
#include "kernels/cuda/search_parts.cuh"

namespace ulpscope::kernels {
namespace {

constexpr std::size_t kLargestChunk = 65'536;

/// nullopt where a chunk begins within a block, or holds too much.
std::optional<MeasureLayout> measureLayout(std::uint64_t blockSize, const BlockPieces& pieces, std::size_t size) {
  const std::size_t chunk = std::min(pieces.chunk, size);
  if (chunk == 0 || chunk > kLargestChunk) return std::nullopt;
  const bool hasSeams = pieces.line % blockSize != 0 && pieces.line < size;
  if (hasSeams && chunk % pieces.line != 0) return std::nullopt;
  if (!hasSeams && chunk % blockSize != 0 && chunk < size) return std::nullopt;
  const std::size_t line = hasSeams ? pieces.line : chunk;
  const std::size_t block = std::min<std::size_t>(blockSize, line);
  return MeasureLayout{.size = 0,
                       .chunk = static_cast<unsigned>(chunk),
                       .line = static_cast<unsigned>(line),
                       .blockSize = static_cast<unsigned>(block),
                       .blocksOfLine = static_cast<unsigned>((line + block - 1) / block),
                       .lanes = blockLayout(chunk, block).lanes,
                       .inFours = chunk % kFour == 0 && line % kFour == 0 && block % kFour == 0,
                       .kept = static_cast<unsigned>(chunk / 8 + kWarp)};
}

/// Into `chunk` what came back of it, all but what was found.
void takeErrors(const ChunkErrors& errors, std::size_t pairs, std::uint64_t first, ErrorChunk& chunk) {
  ErrorLanes lanes;
  for (std::size_t lane = 0; lane < kErrorLanes; ++lane) {
    lanes.error[lane] = errors.sums[0][lane];
    lanes.squaredError[lane] = errors.sums[1][lane];
    lanes.squaredX[lane] = errors.sums[2][lane];
    lanes.squaredY[lane] = errors.sums[3][lane];
    lanes.product[lane] = errors.sums[4][lane];
  }
  lanes.largest[0] = errors.largest;  // the first of all that are as large, whichever lane it is of
  lanes.at[0] = errors.at;
  lanes.excluded = errors.excluded;
  chunk.sums = foldLanes(lanes, pairs, first);
  std::copy_n(errors.below, kErrorShares, chunk.below.begin());
}

class BlockMeasurer {
 public:
  BlockMeasurer(const Device& device, const MeasureLayout& layout, std::uint64_t first, std::span<const float> values,
                const ErrorBrackets& brackets, std::span<ErrorChunk> into)
      : m_device(device),
        m_layout(layout),
        m_first(first),
        m_values(values),
        m_brackets(brackets),
        m_into(into),
        m_found(into.size()) {}

  template <class Coder>
  Result<> run(const Coder& coder) {
    const std::size_t bytesOfChunk =
        m_layout.chunk * sizeof(float) + sizeof(ChunkErrors) + m_layout.kept * sizeof(double);
    if (m_device.itemsOfLane(bytesOfChunk, 0) == 0)
      return fail(Errc::Unsupported, "chunks of that many values are too large for this device", "cuda");
    return m_device.forEachPiece(
        m_into.size(), 1, bytesOfChunk, 0,
        [&](Lane& lane, std::size_t begin, std::size_t end) { return runChunks(lane, coder, begin, end); });
  }

  bool isOrdinary() const { return m_isOrdinary; }
  /// Of which more was found than there was room for.
  bool isIncomplete(std::size_t chunk) const { return m_found[chunk] > m_layout.kept; }

 private:
  template <class Coder>
  Result<> runChunks(Lane& lane, const Coder& coder, std::size_t begin, std::size_t end) {
    const std::size_t first = begin * m_layout.chunk;
    const std::size_t size = std::min(end * m_layout.chunk, m_values.size()) - first;
    const std::size_t chunks = end - begin;
    MeasureLayout layout = m_layout;
    layout.size = static_cast<unsigned>(size);
    const auto in = lane.upload(m_values.subspan(first, size));
    if (!in) return tl::unexpected(in.error());
    auto* const errors = lane.allocate<ChunkErrors>(chunks);
    auto* const found = lane.allocate<double>(chunks * layout.kept);
    const auto begun = lane.launch("measuring errors", {m_device.blocksFor(chunks, 1)}, measureBlocksKernel<Coder>,
                                   coder, layout, m_brackets, static_cast<const float*>(*in), errors, found);
    if (!begun) return begun;
    const auto fetched = lane.download(errors, chunks, [this, begin](std::span<const ChunkErrors> piece) {
      for (std::size_t i = 0; i < piece.size(); ++i) take(piece[i], begin + i);
    });
    if (!fetched) return fetched;
    return lane.download(found, chunks * layout.kept, [this, begin](std::span<const double> piece) {
      for (std::size_t i = 0; i < piece.size() / m_layout.kept; ++i) {
        const std::size_t count = isIncomplete(begin + i) ? 0 : m_found[begin + i];
        const auto of = piece.subspan(i * m_layout.kept, count);
        m_into[begin + i].found.assign(of.begin(), of.end());
      }
    });
  }

  void take(const ChunkErrors& errors, std::size_t chunk) {
    const std::size_t first = chunk * m_layout.chunk;
    takeErrors(errors, std::min<std::size_t>(m_layout.chunk, m_values.size() - first), m_first + first, m_into[chunk]);
    m_found[chunk] = errors.found;
    m_isOrdinary = m_isOrdinary && errors.special == 0;
  }

  const Device& m_device;
  const MeasureLayout& m_layout;
  std::uint64_t m_first;
  std::span<const float> m_values;
  const ErrorBrackets& m_brackets;
  std::span<ErrorChunk> m_into;
  std::vector<std::size_t> m_found;
  bool m_isOrdinary = true;
};

/// measureByDefinition(pieces, values, into) does the chunks of which the kernel kept too little.
template <class Coder, class Definition>
Result<bool> measureAll(const Device& device, const Coder& coder, const BlockPieces& pieces,
                        std::span<const float> values, const ErrorBrackets& brackets, std::span<ErrorChunk> into,
                        const Definition& measureByDefinition) {
  if (values.empty()) return true;
  const auto layout = measureLayout(coder.codec.blockSize, pieces, values.size());
  if (!layout) return fail(Errc::Unsupported, "chunks of whole blocks expected", "cuda");
  BlockMeasurer measurer(device, *layout, pieces.first, values, brackets, into);
  if (auto done = measurer.run(coder); !done) return tl::unexpected(std::move(done).error());
  if (!measurer.isOrdinary()) return false;
  for (std::size_t chunk = 0; chunk < into.size(); ++chunk) {
    if (!measurer.isIncomplete(chunk)) continue;
    const std::size_t begin = chunk * layout->chunk;
    const std::size_t size = std::min<std::size_t>(layout->chunk, values.size() - begin);
    const auto done = measureByDefinition(BlockPieces{pieces.line, pieces.chunk, pieces.first + begin},
                                          values.subspan(begin, size), into.subspan(chunk, 1));
    if (!done) return done;
  }
  return true;
}

/// A thread block for each kThreads parts.
template <class... Parameters>
Result<Grid> gridOfParts(std::size_t parts, std::size_t size, bool withWeights, void (*kernel)(Parameters...)) {
  const std::size_t bytes = partsBytes(size, withWeights);
  const auto allowed =
      cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(bytes));
  if (auto done = check(allowed, "shared memory"); !done) return tl::unexpected(std::move(done).error());
  return Grid{static_cast<unsigned>((parts + kThreads - 1) / kThreads), bytes};
}

/// Values of parts on the device, and weights, if there are any, else null.
struct PartsThere {
  const float* x;
  const float* w;
};
Result<PartsThere> uploadParts(Lane& lane, std::span<const float> x, std::span<const float> w, std::size_t begin,
                               std::size_t size) {
  const auto values = lane.upload(x.subspan(begin, size));
  if (!values) return tl::unexpected(values.error());
  if (w.empty()) return PartsThere{*values, nullptr};
  const auto weights = lane.upload(w.subspan(begin, size));
  if (!weights) return tl::unexpected(weights.error());
  return PartsThere{*values, *weights};
}

}  // namespace

Result<bool> CudaBackend::measureBlocks(const BlockCodec& codec, const BlockPieces& pieces,
                                        std::span<const float> values, const ErrorBrackets& brackets,
                                        std::span<ErrorChunk> into) const {
  return measureAll(*m_device, AnyBlockCoder{codec}, pieces, values, brackets, into,
                    [&](const BlockPieces& some, std::span<const float> of, std::span<ErrorChunk> chunk) {
                      return Backend::measureBlocks(codec, some, of, brackets, chunk);
                    });
}

Result<bool> CudaBackend::measureBlocks(const NarrowBlockCodec& codec, const BlockPieces& pieces,
                                        std::span<const float> values, const ErrorBrackets& brackets,
                                        std::span<ErrorChunk> into) const {
  const std::optional<RoundingPlan> rounding = narrowPlan(codec);
  const std::optional<DecodingPlan> decoding = makeDecodingPlan(codec.element);
  if (!rounding || !decoding || values.size() % codec.blockSize != 0)
    return tl::unexpected(unsupported("this codec").error());
  return measureAll(*m_device, NarrowBlockCoder{codec, *rounding, *decoding}, pieces, values, brackets, into,
                    [&](const BlockPieces& some, std::span<const float> of, std::span<ErrorChunk> chunk) {
                      return Backend::measureBlocks(codec, some, of, brackets, chunk);
                    });
}

Result<> CudaBackend::searchMinima(const ggml::MinimumSearch& search, std::span<const float> x,
                                   std::span<const float> w, std::span<ggml::MinimumFit> fits) const {
  const std::size_t bytesOfPart = search.size * sizeof(float) * (w.empty() ? 1 : 2) + sizeof(ggml::MinimumFit);
  return m_device->forEachPiece(
      fits.size(), 1, bytesOfPart, 0, [&](Lane& lane, std::size_t begin, std::size_t end) -> Result<> {
        const std::size_t parts = end - begin;
        const auto there = uploadParts(lane, x, w, begin * search.size, parts * search.size);
        if (!there) return tl::unexpected(there.error());
        const auto grid = gridOfParts(parts, search.size, !w.empty(), searchMinimaKernel);
        if (!grid) return tl::unexpected(grid.error());
        auto* const found = lane.allocate<ggml::MinimumFit>(parts);
        const auto begun = lane.launch("searching minima", *grid, searchMinimaKernel, search,
                                       static_cast<unsigned>(parts), there->x, there->w, found);
        if (!begun) return begun;
        return lane.download(found, fits.subspan(begin, parts));
      });
}

Result<> CudaBackend::searchScales(const ggml::ScaleSearch& search, std::span<const float> x, std::span<const float> w,
                                   std::span<float> scales, std::span<std::uint8_t> codes) const {
  const std::size_t bytesOfPart = search.size * (2 * sizeof(float) + 1) + sizeof(float);
  return m_device->forEachPiece(
      scales.size(), 1, bytesOfPart, 0, [&](Lane& lane, std::size_t begin, std::size_t end) -> Result<> {
        const std::size_t parts = end - begin;
        const std::size_t first = begin * search.size;
        const auto there = uploadParts(lane, x, w, first, parts * search.size);
        if (!there) return tl::unexpected(there.error());
        const auto grid = gridOfParts(parts, search.size, true, searchScalesKernel);
        if (!grid) return tl::unexpected(grid.error());
        auto* const found = lane.allocate<float>(parts);
        auto* const coded = lane.allocate<std::uint8_t>(parts * search.size);
        const auto begun = lane.launch("searching scales", *grid, searchScalesKernel, search,
                                       static_cast<unsigned>(parts), there->x, there->w, found, coded);
        if (!begun) return begun;
        if (auto fetched = lane.download(found, scales.subspan(begin, parts)); !fetched) return fetched;
        return lane.download(coded, codes.subspan(first, parts * search.size));
      });
}

}  // namespace ulpscope::kernels
