// SPDX-License-Identifier: Apache-2.0
#pragma once
// What all kernels of this folder have in common. Compiled by nvcc for the device and, in the tests, by g++ under
// tests/kernels/cuda_on_cpu.h, which comes first.
#include <cstddef>
#include <cstdint>

namespace ulpscope::kernels {

inline constexpr unsigned kWarp = 32;
inline constexpr unsigned kAllLanes = 0xFFFFFFFF;

/// Threads of a block, in every kernel.
inline constexpr unsigned kThreads = 256;
inline constexpr unsigned kWarps = kThreads / kWarp;

/// Values that a thread takes at once: 16 bytes of floats. Arrays on the device begin at multiples of 16 bytes.
inline constexpr unsigned kFour = 4;

struct Four {
  float of[kFour];
};

struct FourCodes {
  std::uint32_t of[kFour];
};

__device__ inline Four loadFour(const float* at) {
  const float4 loaded = *reinterpret_cast<const float4*>(at);
  return {{loaded.x, loaded.y, loaded.z, loaded.w}};
}

__device__ inline void storeFour(float* at, const Four& four) {
  *reinterpret_cast<float4*>(at) = make_float4(four.of[0], four.of[1], four.of[2], four.of[3]);
}

__device__ inline FourCodes loadFour(const std::uint8_t* at) {
  const uchar4 loaded = *reinterpret_cast<const uchar4*>(at);
  return {{loaded.x, loaded.y, loaded.z, loaded.w}};
}

__device__ inline FourCodes loadFour(const std::uint16_t* at) {
  const ushort4 loaded = *reinterpret_cast<const ushort4*>(at);
  return {{loaded.x, loaded.y, loaded.z, loaded.w}};
}

__device__ inline void storeFour(std::uint8_t* at, const FourCodes& four) {
  *reinterpret_cast<uchar4*>(at) =
      make_uchar4(static_cast<unsigned char>(four.of[0]), static_cast<unsigned char>(four.of[1]),
                  static_cast<unsigned char>(four.of[2]), static_cast<unsigned char>(four.of[3]));
}

__device__ inline void storeFour(std::uint16_t* at, const FourCodes& four) {
  *reinterpret_cast<ushort4*>(at) =
      make_ushort4(static_cast<unsigned short>(four.of[0]), static_cast<unsigned short>(four.of[1]),
                   static_cast<unsigned short>(four.of[2]), static_cast<unsigned short>(four.of[3]));
}

/// Splits `size` elements over the grid: four(i) does those from i on, i a multiple of four; one(i) one of the last.
template <class DoFour, class DoOne>
__device__ void forEachFour(std::size_t size, const DoFour& four, const DoOne& one) {
  const std::size_t thread = std::size_t{blockIdx.x} * kThreads + threadIdx.x;
  const std::size_t step = std::size_t{gridDim.x} * kThreads * kFour;
  const std::size_t whole = size / kFour * kFour;
  for (std::size_t i = thread * kFour; i < whole; i += step) four(i);
  if (thread < size - whole) one(whole + thread);
}

/// Combines what `lanes` neighbouring lanes have, a power of two: all of them get it. Every lane of the warp calls.
template <class T, class Combine>
__device__ T combined(T value, unsigned lanes, const Combine& combine) {
  for (unsigned distance = lanes / 2; distance > 0; distance /= 2)
    value = combine(value, __shfl_xor_sync(kAllLanes, value, static_cast<int>(distance)));
  return value;
}

struct Larger {
  template <class T>
  __device__ T operator()(T a, T b) const {
    return a > b ? a : b;
  }
};
struct Smaller {
  template <class T>
  __device__ T operator()(T a, T b) const {
    return a < b ? a : b;
  }
};
struct Sum {
  template <class T>
  __device__ T operator()(T a, T b) const {
    return a + b;
  }
};

}  // namespace ulpscope::kernels
