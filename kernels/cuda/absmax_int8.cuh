// SPDX-License-Identifier: Apache-2.0
#pragma once
// BlockCodec::Kind::Absmax on the device, in the arithmetic of core/quantization/block_codec.h.
// Compiled by nvcc for the device and, in the tests, by g++ under tests/kernels/cuda_on_cpu.h.
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace ulpscope::kernels {

inline constexpr unsigned kAbsmaxThreads = 256;
inline constexpr unsigned kWarp = 32;
inline constexpr unsigned kAbsmaxWarps = kAbsmaxThreads / kWarp;

/// Blocks of up to this many values are done by a warp each; of longer ones several thread blocks share the search for
/// the maximum, a piece of this many values each.
inline constexpr std::size_t kAbsmaxPiece = 8192;

struct AbsmaxParameters {
  std::size_t size;  ///< all values
  std::size_t blockSize;
  float divisor;
  float low;
  float high;
};

/// Magnitudes as integers, in the order of the floats they are bits of; NaN is above infinity and so survives a
/// maximum.
__device__ inline std::int32_t magnitudeBits(float x) { return std::bit_cast<std::int32_t>(x) & 0x7FFFFFFF; }

__device__ inline std::int32_t larger(std::int32_t a, std::int32_t b) { return a > b ? a : b; }

/// The maximum over the warp, in all its lanes.
__device__ inline std::int32_t warpMaximum(std::int32_t value) {
  for (unsigned distance = kWarp / 2; distance > 0; distance /= 2)
    value = larger(value, __shfl_xor_sync(0xFFFFFFFFu, value, static_cast<int>(distance)));
  return value;
}

__device__ inline float absmaxFactor(const AbsmaxParameters& parameters, float a) {
  return a == 0 ? 0 : parameters.divisor / a;
}

__device__ inline std::uint8_t absmaxCode(const AbsmaxParameters& parameters, float x, float factor) {
  const float scaled = rintf(x * factor);
  if (scaled != scaled) return 0;
  const float clamped = fminf(fmaxf(scaled, parameters.low), parameters.high);
  return static_cast<std::uint8_t>(static_cast<int>(clamped));
}

/// A warp for each block of values. Launch with kAbsmaxThreads threads for each kAbsmaxWarps blocks.
__global__ void absmaxQuantizeShort(AbsmaxParameters parameters, const float* values, std::uint8_t* codes,
                                    float* scales) {
  const unsigned lane = threadIdx.x % kWarp;
  const std::size_t block = std::size_t{blockIdx.x} * kAbsmaxWarps + threadIdx.x / kWarp;
  const std::size_t first = block * parameters.blockSize;
  if (first >= parameters.size) return;  // the whole warp
  const std::size_t left = parameters.size - first;
  const std::size_t end = first + (left < parameters.blockSize ? left : parameters.blockSize);

  std::int32_t largest = 0;
  for (std::size_t i = first + lane; i < end; i += kWarp) largest = larger(largest, magnitudeBits(values[i]));
  const float a = std::bit_cast<float>(warpMaximum(largest));
  const float factor = absmaxFactor(parameters, a);
  for (std::size_t i = first + lane; i < end; i += kWarp) codes[i] = absmaxCode(parameters, values[i], factor);
  if (lane == 0) scales[block] = a / parameters.divisor;
}

/// Raises maxima[block], zero before, to the largest magnitude's bits. Launch with kAbsmaxThreads threads for each
/// piece, of which every block has `piecesInBlock`.
__global__ void absmaxMaxima(AbsmaxParameters parameters, unsigned piecesInBlock, const float* values, int* maxima) {
  __shared__ std::int32_t ofWarp[kAbsmaxWarps];
  const std::size_t block = blockIdx.x / piecesInBlock;
  const std::size_t piece = blockIdx.x % piecesInBlock;
  const std::size_t blockEnd = (block + 1) * parameters.blockSize;
  const std::size_t pieceEnd = block * parameters.blockSize + (piece + 1) * kAbsmaxPiece;
  std::size_t end = pieceEnd < blockEnd ? pieceEnd : blockEnd;
  if (end > parameters.size) end = parameters.size;

  std::int32_t largest = 0;
  for (std::size_t i = block * parameters.blockSize + piece * kAbsmaxPiece + threadIdx.x; i < end; i += kAbsmaxThreads)
    largest = larger(largest, magnitudeBits(values[i]));
  largest = warpMaximum(largest);
  if (threadIdx.x % kWarp == 0) ofWarp[threadIdx.x / kWarp] = largest;
  __syncthreads();
  if (threadIdx.x < kWarp) {
    largest = warpMaximum(threadIdx.x < kAbsmaxWarps ? ofWarp[threadIdx.x] : 0);
    if (threadIdx.x == 0) atomicMax(&maxima[block], largest);
  }
}

/// A value a thread; the first of a block writes its scale.
__global__ void absmaxQuantizeLong(AbsmaxParameters parameters, const float* values, const int* maxima,
                                   std::uint8_t* codes, float* scales) {
  const std::size_t i = std::size_t{blockIdx.x} * kAbsmaxThreads + threadIdx.x;
  if (i >= parameters.size) return;
  const std::size_t block = i / parameters.blockSize;
  const float a = std::bit_cast<float>(maxima[block]);
  codes[i] = absmaxCode(parameters, values[i], absmaxFactor(parameters, a));
  if (i == block * parameters.blockSize) scales[block] = a / parameters.divisor;
}

/// A value a thread.
__global__ void absmaxDequantize(AbsmaxParameters parameters, const std::uint8_t* codes, const float* scales,
                                 float* values) {
  const std::size_t i = std::size_t{blockIdx.x} * kAbsmaxThreads + threadIdx.x;
  if (i >= parameters.size) return;
  const int code = parameters.low < 0 ? static_cast<std::int8_t>(codes[i]) : static_cast<int>(codes[i]);
  values[i] = static_cast<float>(code) * scales[i / parameters.blockSize];
}

}  // namespace ulpscope::kernels
