// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "kernels/cuda/threads.cuh"
#include "kernels/plans/element_plan.h"

namespace ulpscope::kernels {

/// The packed bits of elements i .. i + 3, i a multiple of four, which begin at a byte whatever the type is.
__device__ inline std::uint64_t fourElements(const std::uint8_t* bytes, std::size_t i, int bits) {
  switch (bits) {
    case 16: {
      const FourCodes codes = loadFour(reinterpret_cast<const std::uint16_t*>(bytes) + i);
      return codes.of[0] | codes.of[1] << 16 | std::uint64_t{codes.of[2] | codes.of[3] << 16} << 32;
    }
    case 8: {
      const FourCodes codes = loadFour(bytes + i);
      return codes.of[0] | codes.of[1] << 8 | codes.of[2] << 16 | codes.of[3] << 24;
    }
    case 6: {
      const std::uint8_t* const at = bytes + i / kFour * 3;
      return at[0] | std::uint32_t{at[1]} << 8 | std::uint32_t{at[2]} << 16;
    }
    case 4:
      return reinterpret_cast<const std::uint16_t*>(bytes)[i / kFour];
    default:
      return bytes[i / kFour];
  }
}

/// The bits of one of the last elements, in the `size` bytes that there are: they may end within four elements.
__device__ inline std::uint32_t oneElement(const std::uint8_t* bytes, std::size_t i, int bits) {
  const std::size_t first = i * static_cast<unsigned>(bits);
  const std::size_t last = first + static_cast<unsigned>(bits) - 1;
  std::uint32_t gathered = bytes[first / 8];
  if (last / 8 != first / 8) gathered |= std::uint32_t{bytes[first / 8 + 1]} << 8;
  return gathered >> (first % 8) & ((std::uint32_t{1} << bits) - 1);
}

/// values[i] = element i of `bytes`.
__global__ void decodeKernel(ElementPlan plan, const std::uint8_t* bytes, float* values, std::size_t size) {
  const std::uint32_t mask = (std::uint32_t{1} << plan.bits) - 1;
  forEachFour(
      size,
      [&](std::size_t i) {
        const std::uint64_t packed = fourElements(bytes, i, plan.bits);
        Four four;
        for (unsigned k = 0; k < kFour; ++k)
          four.of[k] =
              elementValue(plan, static_cast<std::uint32_t>(packed >> (k * static_cast<unsigned>(plan.bits))) & mask);
        storeFour(values + i, four);
      },
      [&](std::size_t i) { values[i] = elementValue(plan, oneElement(bytes, i, plan.bits)); });
}

}  // namespace ulpscope::kernels
