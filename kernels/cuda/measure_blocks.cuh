// SPDX-License-Identifier: Apache-2.0
#pragma once
// Backend::measureBlocks in one pass: a thread block takes a chunk, tile by tile. All threads code and restore the
// values of a tile and look at their errors; 80 of them then add what the tile brings to the sums, each a sum of one
// lane of ErrorLanes, in the order of measureChunk(), so that sums are the same to the bit.
#include "core/analysis/error_chunk.h"
#include "kernels/cuda/block_access.cuh"
#include "kernels/cuda/block_facts.cuh"
#include "kernels/plans/narrow_arithmetic.h"

namespace ulpscope::kernels {

/// Pairs between two turns of the sums, which lie in shared memory as doubles.
inline constexpr unsigned kMeasureTile = 2048;
/// Blocks of more values than this are done by all threads of a thread block, others by a part of a warp.
inline constexpr unsigned kLargestWarpBlock = 256;

inline constexpr unsigned kErrorSums = 5;  ///< error, its square, those of x and y, and x y
inline constexpr unsigned kErrorLanes = ErrorLanes::kLanes;
static_assert(kErrorShares == 3);

/// Where blocks and chunks lie; both begin anew at chunks. Lines are parts of chunks, or chunks themselves.
struct MeasureLayout {
  unsigned size;
  unsigned chunk;
  unsigned line;  ///< blocks begin anew at multiples of it within a chunk
  unsigned blockSize;
  unsigned blocksOfLine;
  unsigned lanes;  ///< as in BlockLayout; blocks above kLargestWarpBlock do without
  bool inFours;    ///< every block begins at 16 bytes
  unsigned kept;   ///< magnitudes of a chunk for which there is room
};

/// What is sent back of a chunk.
struct ChunkErrors {
  double sums[kErrorSums][kErrorLanes];
  double largest;  ///< negative: no pair was included
  unsigned at;
  unsigned excluded;
  unsigned below[kErrorShares];
  unsigned found;  ///< more than MeasureLayout::kept: the rest was dropped
  unsigned special;
};

/// A codec of any kind. Which one it is, all threads have alike: a branch on it costs next to nothing.
struct AnyBlockCoder {
  BlockCodec codec;
  using Outcome = BlockOutcome;

  __device__ bool isShort(unsigned length) const { return length < codec.blockSize; }
  __device__ float bareValue(unsigned code) const { return bareValueOf(codec, code); }
  __device__ Outcome outcome(const BlockFacts& facts, bool shortBlock) const {
    return outcomeOfAnyKind(codec, facts, shortBlock);
  }
  __device__ float restored(const float* bare, const Outcome& outcome, float x) const {
    const std::uint32_t code =
        withCodecKind(codec.kind, [&]<BlockCodec::Kind kKind>() { return codeOf<kKind>(codec, outcome.step, x); });
    return scaledValueOf(codec, bare[code], outcome.stored);
  }
  __device__ float scaleOf(const Outcome& outcome) const { return outcome.stored.scale; }
  __device__ bool takesInfinity() const { return true; }
  __device__ BlockFacts combined(const BlockFacts& facts, unsigned lanes) const {
    using Kind = BlockCodec::Kind;
    if (codec.kind == Kind::Affine) return combinedFacts<Kind::Affine>(facts, lanes);
    if (codec.kind == Kind::Q4_0) return combinedFacts<Kind::Q4_0>(facts, lanes);
    return combinedFacts<Kind::Absmax>(facts, lanes);
  }
};

/// Narrow blocks of either kind, which are never short.
struct NarrowBlockCoder {
  NarrowBlockCodec codec;
  RoundingPlan rounding;
  DecodingPlan decoding;
  using Outcome = NarrowStep;
  using Kind = NarrowBlockCodec::Kind;

  __device__ bool isShort(unsigned) const { return false; }
  __device__ float bareValue(unsigned code) const {
    return decodeOne(decoding, code & ((1U << decoding.codeBits) - 1));
  }
  __device__ Outcome outcome(const BlockFacts& facts, bool) const {
    return codec.kind == Kind::MxFloor ? narrowStep<Kind::MxFloor>(codec, facts.magnitude)
                                       : narrowStep<Kind::ModelOpt>(codec, facts.magnitude);
  }
  __device__ float restored(const float* bare, const Outcome& outcome, float x) const {
    RoundingPlan plan = rounding;
    plan.rounding = Rounding::NearestEven;  // which it is: the branches on it are left out
    const std::uint32_t code = codec.kind == Kind::MxFloor ? narrowCode<Kind::MxFloor>(plan, outcome, x)
                                                           : narrowCode<Kind::ModelOpt>(plan, outcome, x);
    return narrowScaled(codec, bare[code], outcome.scale);
  }
  __device__ float scaleOf(const Outcome& outcome) const { return outcome.scale; }
  __device__ bool takesInfinity() const { return false; }
  __device__ BlockFacts combined(const BlockFacts& facts, unsigned lanes) const {
    return combinedFacts<BlockCodec::Kind::Absmax>(facts, lanes);
  }
};

/// What one thread saw of the errors of a chunk.
struct ThreadErrors {
  double largest = -1;
  unsigned at = 0;
  unsigned excluded = 0;
  unsigned below[kErrorShares] = {};
  unsigned special = 0;

  /// Pair `i` of the chunk; later ones come later. Whether its error lies in a bracket.
  __device__ bool add(double magnitude, unsigned i, const ErrorBrackets& brackets) {
    if (magnitude > largest) {
      largest = magnitude;
      at = i;
    }
    bool isInside = false;
    for (unsigned share = 0; share < kErrorShares; ++share) {
      const bool isBelow = magnitude < brackets.low[share];
      below[share] += isBelow ? 1 : 0;
      isInside = isInside || (!isBelow && magnitude <= brackets.high[share]);
    }
    return isInside;
  }
  __device__ void merge(double otherLargest, unsigned otherAt) {
    if (otherLargest < largest || (otherLargest == largest && otherAt >= at)) return;
    largest = otherLargest;
    at = otherAt;
  }
};

/// One sum of one lane; threads below kErrorSums * kErrorLanes have one.
struct LaneSum {
  double sum = 0;

  __device__ static bool isMine() { return threadIdx.x < kErrorSums * kErrorLanes; }
  __device__ static unsigned which() { return threadIdx.x / kErrorLanes; }
  __device__ static unsigned lane() { return threadIdx.x % kErrorLanes; }

  /// Pairs `begin` and on, as many as `length`, of which those of the lane are added one after the other.
  __device__ void add(const double* in, const double* out, unsigned begin, unsigned length) {
    if (!isMine()) return;
    const bool ofError = which() < 2;
    const bool ofOut = which() == 3;
    for (unsigned i = (lane() - begin) % kErrorLanes; i < length; i += kErrorLanes) {
      const double x = in[i];
      const double y = out[i];
      const double error = y - x;
      const double a = ofError ? error : ofOut ? y : x;
      const double b = which() == 0 ? 1.0 : which() == 1 ? error : which() == 2 ? x : y;
      sum += a * b;
    }
  }
};

/// What the threads of a thread block share.
struct MeasureMemory {
  double in[kMeasureTile];
  double out[kMeasureTile];
  float bare[kThreads];  ///< what each code stands for
  double largest[kWarps];
  unsigned at[kWarps];
  unsigned excluded, below[kErrorShares], special, found;
};

/// One chunk's work; all threads of the thread block have one each.
template <class Coder>
class ChunkMeasurer {
 public:
  __device__ ChunkMeasurer(const Coder& coder, const MeasureLayout& layout, const ErrorBrackets& brackets,
                           MeasureMemory& memory, FactsMemory& factsMemory, const float* values, unsigned length,
                           double* found)
      : m_coder(coder),
        m_layout(layout),
        m_brackets(brackets),
        m_memory(memory),
        m_factsMemory(factsMemory),
        m_values(values),
        m_length(length),
        m_found(found) {}

  __device__ void run(ChunkErrors& into) {
    clear();
    const unsigned lines = (m_length + m_layout.line - 1) / m_layout.line;
    if (m_layout.blockSize <= kLargestWarpBlock) {
      const unsigned atOnce = kMeasureTile / m_layout.blockSize;
      const unsigned blocks = lines * m_layout.blocksOfLine;
      for (unsigned block = 0; block < blocks; block += atOnce) {
        const Extent last = extentOf(block + atOnce < blocks ? block + atOnce - 1 : blocks - 1);
        const unsigned begin = extentOf(block).first;
        codeWarpBlocks(block, atOnce, begin);
        addTile(begin, last.first + last.length - begin);
      }
    } else {
      for (unsigned block = 0; block < lines * m_layout.blocksOfLine; ++block) codeThreadBlock(extentOf(block));
    }
    store(into);
  }

 private:
  /// A block's values in the chunk; none behind the last one.
  struct Extent {
    unsigned first, length;
  };
  __device__ Extent extentOf(unsigned block) const {
    const unsigned inLine = block % m_layout.blocksOfLine * m_layout.blockSize;
    const unsigned first = block / m_layout.blocksOfLine * m_layout.line + inLine;
    if (first >= m_length) return {m_length, 0};
    const unsigned ofLine = m_layout.line - inLine;
    const unsigned left = m_length - first < ofLine ? m_length - first : ofLine;
    return {first, left < m_layout.blockSize ? left : m_layout.blockSize};
  }

  __device__ void clear() {
    if (threadIdx.x < kErrorShares) m_memory.below[threadIdx.x] = 0;
    if (threadIdx.x == 0) m_memory.excluded = m_memory.special = m_memory.found = 0;
    __syncthreads();
  }

  /// `count` values, at most four, of which the first is number i of the chunk; the tile begins with number `begin`.
  __device__ void measure(const Four& x, const typename Coder::Outcome& outcome, unsigned i, unsigned count,
                          unsigned begin) {
    for (unsigned k = 0; k < count; ++k) {
      double in = static_cast<double>(x.of[k]);
      double out = static_cast<double>(m_coder.restored(m_memory.bare, outcome, x.of[k]));
      const double magnitude = fabs(out - in);  // finite exactly where both are
      if (magnitude <= std::numeric_limits<double>::max()) {
        if (m_mine.add(magnitude, i + k, m_brackets)) {
          const unsigned slot = atomicAdd(&m_memory.found, 1U);
          if (slot < m_layout.kept) m_found[slot] = magnitude;
        }
      } else {
        ++m_mine.excluded;
        in = out = 0;  // adds nothing
      }
      m_memory.in[i + k - begin] = in;
      m_memory.out[i + k - begin] = out;
    }
  }

  /// Counts a block that ScaleTally has a warning for.
  __device__ void judge(const typename Coder::Outcome& outcome, const BlockFacts& facts) {
    const float scale = m_coder.scaleOf(outcome);
    const bool isFinite = fabsf(scale) <= std::numeric_limits<float>::max();
    const bool isFlushed = scale == 0 && facts.magnitude != 0;
    const bool holdsSpecials = facts.magnitude >= 0x7F800000 && !m_coder.takesInfinity();
    if (!isFinite || isFlushed || holdsSpecials) ++m_mine.special;
  }

  /// Blocks first .. first + atOnce - 1, by parts of warps; the lanes of a warp go around equally often.
  __device__ void codeWarpBlocks(unsigned firstBlock, unsigned atOnce, unsigned begin) {
    const unsigned stride = m_layout.lanes * kFour;
    const bool isHeld = m_layout.blockSize <= stride;
    const unsigned ofWarp = kWarp / m_layout.lanes;
    const unsigned lane = threadIdx.x % kWarp;
    const unsigned ownLane = lane % m_layout.lanes;
    for (unsigned step = threadIdx.x / kWarp * ofWarp; step < atOnce; step += kWarps * ofWarp) {
      const unsigned block = step + lane / m_layout.lanes;
      const Extent own = block < atOnce ? extentOf(firstBlock + block) : Extent{m_length, 0};
      const float* const from = m_values + own.first;
      Four held{};
      BlockFacts facts;
      for (unsigned i = ownLane * kFour; i < own.length; i += stride) {
        held = load(from + i, own.length - i);
        addFacts(held, i, own.length - i, facts);
      }
      facts = m_coder.combined(facts, m_layout.lanes);
      if (own.length == 0) continue;
      const auto outcome = m_coder.outcome(facts, m_coder.isShort(own.length));
      if (ownLane == 0) judge(outcome, facts);
      for (unsigned i = ownLane * kFour; i < own.length; i += stride) {
        const unsigned left = own.length - i;
        measure(isHeld ? held : load(from + i, left), outcome, own.first + i, left < kFour ? left : kFour, begin);
      }
    }
  }

  /// A block by all threads, some tiles.
  __device__ void codeThreadBlock(const Extent& own) {
    if (own.length == 0) return;  // for all threads alike
    BlockFacts facts;
    const float* const from = m_values + own.first;
    for (unsigned i = threadIdx.x * kFour; i < own.length; i += kThreads * kFour)
      addFacts(load(from + i, own.length - i), i, own.length - i, facts);
    facts = factsOfThreads(facts, m_factsMemory.get());
    const auto outcome = m_coder.outcome(facts, m_coder.isShort(own.length));
    if (threadIdx.x == 0) judge(outcome, facts);
    for (unsigned tile = 0; tile < own.length; tile += kMeasureTile) {
      const unsigned end = own.length - tile < kMeasureTile ? own.length : tile + kMeasureTile;
      for (unsigned i = tile + threadIdx.x * kFour; i < end; i += kThreads * kFour) {
        const unsigned left = end - i;
        measure(load(from + i, left), outcome, own.first + i, left < kFour ? left : kFour, own.first + tile);
      }
      addTile(own.first + tile, end - tile);
    }
  }

  __device__ Four load(const float* at, unsigned left) const {
    return loadUpToFour(at, left < kFour ? left : kFour, m_layout.inFours);
  }
  __device__ static void addFacts(const Four& four, unsigned i, unsigned left, BlockFacts& facts) {
    for (unsigned k = 0; k < kFour; ++k)
      if (k < left) facts.add(four.of[k], i + k);
  }

  __device__ void addTile(unsigned begin, unsigned length) {
    __syncthreads();
    m_sum.add(m_memory.in, m_memory.out, begin, length);
    __syncthreads();
  }

  __device__ void store(ChunkErrors& into) {
    if (LaneSum::isMine()) into.sums[LaneSum::which()][LaneSum::lane()] = m_sum.sum;
    for (unsigned distance = kWarp / 2; distance > 0; distance /= 2) {
      const int d = static_cast<int>(distance);
      const double largest = __shfl_xor_sync(kAllLanes, m_mine.largest, d);
      m_mine.merge(largest, __shfl_xor_sync(kAllLanes, m_mine.at, d));
    }
    const unsigned excluded = combined(m_mine.excluded, kWarp, Sum());
    const unsigned special = combined(m_mine.special, kWarp, Sum());
    unsigned below[kErrorShares];
    for (unsigned share = 0; share < kErrorShares; ++share) below[share] = combined(m_mine.below[share], kWarp, Sum());
    if (threadIdx.x % kWarp == 0) {
      m_memory.largest[threadIdx.x / kWarp] = m_mine.largest;
      m_memory.at[threadIdx.x / kWarp] = m_mine.at;
      atomicAdd(&m_memory.excluded, excluded);
      atomicAdd(&m_memory.special, special);
      for (unsigned share = 0; share < kErrorShares; ++share) atomicAdd(&m_memory.below[share], below[share]);
    }
    __syncthreads();
    if (threadIdx.x == 0) {
      for (unsigned warp = 1; warp < kWarps; ++warp) m_mine.merge(m_memory.largest[warp], m_memory.at[warp]);
      into.largest = m_mine.largest;
      into.at = m_mine.at;
      into.excluded = m_memory.excluded;
      into.special = m_memory.special;
      into.found = m_memory.found;
      for (unsigned share = 0; share < kErrorShares; ++share) into.below[share] = m_memory.below[share];
    }
    __syncthreads();  // the memory is the next chunk's
  }

  const Coder& m_coder;
  const MeasureLayout& m_layout;
  const ErrorBrackets& m_brackets;
  MeasureMemory& m_memory;
  FactsMemory& m_factsMemory;
  const float* m_values;
  unsigned m_length;
  double* m_found;
  ThreadErrors m_mine;
  LaneSum m_sum;
};

/// chunks[c] and found[c * layout.kept ..] of chunk c, in any order.
template <class Coder>
__global__ void measureBlocksKernel(Coder coder, MeasureLayout layout, ErrorBrackets brackets, const float* values,
                                    ChunkErrors* chunks, double* found) {
  __shared__ MeasureMemory memory;
  __shared__ FactsMemory factsMemory;
  static_assert(kThreads == 256);
  memory.bare[threadIdx.x] = coder.bareValue(threadIdx.x);
  const unsigned count = (layout.size + layout.chunk - 1) / layout.chunk;
  for (unsigned chunk = blockIdx.x; chunk < count; chunk += gridDim.x) {
    const unsigned first = chunk * layout.chunk;
    const unsigned length = layout.size - first < layout.chunk ? layout.size - first : layout.chunk;
    ChunkMeasurer<Coder>(coder, layout, brackets, memory, factsMemory, values + first, length,
                         found + std::size_t{chunk} * layout.kept)
        .run(chunks[chunk]);
  }
}

}  // namespace ulpscope::kernels
