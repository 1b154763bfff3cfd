// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <cstdint>
#include <span>
#include <vector>

#include "core/backend/backend.h"

namespace ulpscope::kernels {

/// What a backend makes of values in blocks, both ways.
struct Quantized {
  std::vector<std::uint8_t> codes;
  std::vector<float> scales;
  std::vector<std::int32_t> zeroPoints;
  std::vector<float> restored;
};

inline Quantized quantize(const Backend& backend, const BlockCodec& codec, std::span<const float> values) {
  const std::size_t blocks = (values.size() + codec.blockSize - 1) / codec.blockSize;
  Quantized result{.codes = std::vector<std::uint8_t>(values.size()),
                   .scales = std::vector<float>(blocks),
                   .zeroPoints = std::vector<std::int32_t>(codec.hasZeroPoints() ? blocks : 0),
                   .restored = std::vector<float>(values.size())};
  EXPECT_TRUE(backend.quantizeBlocks(codec, values, {result.codes, result.scales, result.zeroPoints}));
  EXPECT_TRUE(backend.dequantizeBlocks(codec, {result.codes, result.scales, result.zeroPoints}, result.restored));
  return result;
}

}  // namespace ulpscope::kernels
