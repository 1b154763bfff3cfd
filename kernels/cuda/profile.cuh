// SPDX-License-Identifier: Apache-2.0
#pragma once
// What Backend::profile collects, in one pass over chunks of ProfileAccumulator::kChunk values.
#include <bit>

#include "kernels/cuda/threads.cuh"

namespace ulpscope::kernels {

inline constexpr unsigned kProfileChunk = 65'536;
inline constexpr unsigned kProfileBins = 2'048;        ///< FoldedHistogram::kBins
inline constexpr int kProfileSmallestExponent = -126;  ///< FoldedHistogram::kSmallestExponent

/// Power sums of x - shift over the finite values of one chunk.
struct ChunkSums {
  float shift;
  unsigned finite;
  double s1, s2, s3, s4;
};

/// What one thread block saw of all its chunks.
struct BlockProfile {
  unsigned nan, positiveInfinity, negativeInfinity, zero, subnormal;
  float min, max;
  int exponent;  ///< of the histogram, as in FoldedHistogram
  unsigned bins[kProfileBins];
};

/// Finds the bins of one histogram range: floor(x * 2^(10 - exponent)) + 1024, in floats. The scale, up to 2^136, is a
/// product of two; scaling is exact unless it underflows, and then the sign alone decides.
class BinFinder {
 public:
  __device__ explicit BinFinder(int exponent) {
    const int scale = 10 - exponent;
    m_scale = power(scale < 100 ? scale : 100);
    m_furtherScale = power(scale < 100 ? 0 : scale - 100);
  }
  __device__ unsigned operator()(float x) const {
    const float position = x * m_scale * m_furtherScale;
    const float below = x < 0 && position == 0 ? -1.0F : floorf(position);
    return static_cast<unsigned>(static_cast<int>(below) + static_cast<int>(kProfileBins / 2));
  }

 private:
  __device__ static float power(int exponent) { return std::bit_cast<float>((exponent + 127) << 23); }
  float m_scale;
  float m_furtherScale;
};

/// FoldedHistogram::exponentFor of the largest finite magnitude, given as bits.
__device__ inline int histogramExponent(std::int32_t magnitude) {
  const int exponent = (magnitude >> 23) - 126;
  return exponent > kProfileSmallestExponent ? exponent : kProfileSmallestExponent;
}

/// FoldedHistogram::raise. All threads of the block call it, none of them counting.
__device__ inline void raiseHistogram(unsigned* bins, int by) {
  static_assert(kProfileBins % kThreads == 0);
  constexpr unsigned kOwn = kProfileBins / kThreads;
  const int shift = by < 31 ? by : 31;
  unsigned own[kOwn];
  for (unsigned k = 0; k < kOwn; ++k) {
    own[k] = bins[k * kThreads + threadIdx.x];
    bins[k * kThreads + threadIdx.x] = 0;
  }
  __syncthreads();
  for (unsigned k = 0; k < kOwn; ++k) {
    const int position = static_cast<int>(k * kThreads + threadIdx.x) - static_cast<int>(kProfileBins / 2);
    if (own[k] != 0) atomicAdd(&bins[(position >> shift) + static_cast<int>(kProfileBins / 2)], own[k]);
  }
  __syncthreads();
}

/// Moments::chunkShift as ProfileAccumulator has it.
__device__ inline float chunkShiftOf(float first, float middle, float last) {
  const auto finiteOrZero = [](float x) { return (std::bit_cast<std::int32_t>(x) & 0x7F800000) == 0x7F800000 ? 0 : x; };
  const float a = finiteOrZero(first);
  const float b = finiteOrZero(middle);
  const float c = finiteOrZero(last);
  const float low = a < b ? a : b;
  const float high = a < b ? b : a;
  const float upper = high < c ? high : c;
  return low > upper ? low : upper;
}

/// What one thread counts; the finite values of a chunk in doubles.
struct ThreadProfile {
  unsigned nan = 0, positiveInfinity = 0, negativeInfinity = 0, zero = 0, subnormal = 0;
  float min = std::bit_cast<float>(0x7F800000);
  float max = -std::bit_cast<float>(0x7F800000);
  unsigned finite = 0;
  double s1 = 0, s2 = 0, s3 = 0, s4 = 0;

  /// Whether x is finite.
  __device__ bool add(float x, float smallestNormal, double shift) {
    const std::int32_t magnitude = std::bit_cast<std::int32_t>(x) & 0x7FFFFFFF;
    if (magnitude >= 0x7F800000) {
      nan += magnitude > 0x7F800000;
      positiveInfinity += magnitude == 0x7F800000 && x > 0;
      negativeInfinity += magnitude == 0x7F800000 && x < 0;
      return false;
    }
    zero += magnitude == 0;
    subnormal += magnitude != 0 && fabsf(x) < smallestNormal;
    min = x < min ? x : min;
    max = x > max ? x : max;
    ++finite;
    const double d = static_cast<double>(x) - shift;
    const double square = d * d;
    s1 += d;
    s2 += square;
    s3 += square * d;
    s4 += square * square;
    return true;
  }
};

/// Adds one number of each thread; the sum is thread 0's alone. All threads call it.
template <class T>
__device__ T blockSum(T value, T* ofWarp) {
  value = combined(value, kWarp, Sum());
  __syncthreads();  // who read `ofWarp` before has done so
  if (threadIdx.x % kWarp == 0) ofWarp[threadIdx.x / kWarp] = value;
  __syncthreads();
  T sum = 0;
  for (unsigned warp = 0; warp < kWarps; ++warp) sum += ofWarp[warp];
  return sum;
}

/// Sums of chunk c go to chunks[c], all else to blocks[blockIdx.x]. A block takes every gridDim.x-th chunk and keeps
/// one histogram for all, whose range grows as larger values come: bins nest, so that none is ever counted anew.
__global__ void profileKernel(const float* values, std::size_t size, float smallestNormal, ChunkSums* chunks,
                              BlockProfile* blocks) {
  constexpr unsigned kTile = kThreads * kFour * 2;  // values of a step, held in registers
  static_assert(kProfileChunk % kTile == 0);
  __shared__ unsigned bins[kProfileBins];
  __shared__ std::int32_t largest[2][kWarps];
  __shared__ double sums[kWarps];
  __shared__ unsigned counts[kWarps];
  for (unsigned i = threadIdx.x; i < kProfileBins; i += kThreads) bins[i] = 0;
  __syncthreads();

  int exponent = kProfileSmallestExponent;
  unsigned turn = 0;  // warps may be a step apart, so that they write to one half while others read the other
  ThreadProfile mine;
  const std::size_t chunkCount = (size + kProfileChunk - 1) / kProfileChunk;
  for (std::size_t chunk = blockIdx.x; chunk < chunkCount; chunk += gridDim.x) {
    const std::size_t begin = chunk * kProfileChunk;
    const std::size_t left = size - begin;
    const unsigned length = left < kProfileChunk ? static_cast<unsigned>(left) : kProfileChunk;
    const float* const of = values + begin;
    const float shift = chunkShiftOf(of[0], of[length / 2], of[length - 1]);
    mine.finite = 0;
    mine.s1 = mine.s2 = mine.s3 = mine.s4 = 0;
    for (unsigned tile = 0; tile < length; tile += kTile) {
      float x[2 * kFour];
      unsigned taken = 0;  // a bit for each of x that is there and finite
      std::int32_t magnitude = 0;
      for (unsigned k = 0; k < 2; ++k) {
        const unsigned at = tile + (k * kThreads + threadIdx.x) * kFour;
        Four four{};
        if (at + kFour <= length) {
          four = loadFour(of + at);
        } else {
          for (unsigned j = 0; j < kFour; ++j)
            if (at + j < length) four.of[j] = of[at + j];
        }
        for (unsigned j = 0; j < kFour; ++j) {
          const unsigned slot = k * kFour + j;
          x[slot] = four.of[j];
          if (at + j >= length || !mine.add(x[slot], smallestNormal, static_cast<double>(shift))) continue;
          taken |= 1U << slot;
          const std::int32_t m = std::bit_cast<std::int32_t>(x[slot]) & 0x7FFFFFFF;
          magnitude = m > magnitude ? m : magnitude;
        }
      }
      magnitude = combined(magnitude, kWarp, Larger());
      if (threadIdx.x % kWarp == 0) largest[turn][threadIdx.x / kWarp] = magnitude;
      __syncthreads();
      for (const std::int32_t ofWarp : largest[turn]) magnitude = ofWarp > magnitude ? ofWarp : magnitude;
      turn ^= 1;
      const int needed = histogramExponent(magnitude);
      if (needed > exponent) {  // for all threads alike
        raiseHistogram(bins, needed - exponent);
        exponent = needed;
      }
      const BinFinder binOf(exponent);
      for (unsigned slot = 0; slot < 2 * kFour; ++slot)
        if ((taken >> slot & 1) != 0) atomicAdd(&bins[binOf(x[slot])], 1U);
    }
    const unsigned finite = blockSum(mine.finite, counts);
    const double s1 = blockSum(mine.s1, sums);
    const double s2 = blockSum(mine.s2, sums);
    const double s3 = blockSum(mine.s3, sums);
    const double s4 = blockSum(mine.s4, sums);
    if (threadIdx.x == 0) chunks[chunk] = {shift, finite, s1, s2, s3, s4};
  }

  BlockProfile& out = blocks[blockIdx.x];
  const unsigned nan = blockSum(mine.nan, counts);
  const unsigned positiveInfinity = blockSum(mine.positiveInfinity, counts);
  const unsigned negativeInfinity = blockSum(mine.negativeInfinity, counts);
  const unsigned zero = blockSum(mine.zero, counts);
  const unsigned subnormal = blockSum(mine.subnormal, counts);
  __shared__ float smallest[kWarps];
  __shared__ float greatest[kWarps];
  const float min = combined(mine.min, kWarp, Smaller());
  const float max = combined(mine.max, kWarp, Larger());
  if (threadIdx.x % kWarp == 0) {
    smallest[threadIdx.x / kWarp] = min;
    greatest[threadIdx.x / kWarp] = max;
  }
  __syncthreads();
  for (unsigned i = threadIdx.x; i < kProfileBins; i += kThreads) out.bins[i] = bins[i];
  if (threadIdx.x != 0) return;
  out.nan = nan;
  out.positiveInfinity = positiveInfinity;
  out.negativeInfinity = negativeInfinity;
  out.zero = zero;
  out.subnormal = subnormal;
  out.exponent = exponent;
  out.min = smallest[0];
  out.max = greatest[0];
  for (unsigned warp = 1; warp < kWarps; ++warp) {
    out.min = Smaller()(out.min, smallest[warp]);
    out.max = Larger()(out.max, greatest[warp]);
  }
}

}  // namespace ulpscope::kernels
