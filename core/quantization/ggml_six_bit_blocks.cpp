// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/ggml_six_bit_blocks.h"

namespace ulpscope::ggml {
namespace {

constexpr std::size_t kScalesAt = 4;
constexpr std::size_t kCodesAt = 16;

void putScales(std::span<const std::uint8_t> scales, std::span<const std::uint8_t> minimums, std::byte* packed) {
  putSixBitPairs(scales, minimums, packed + kScalesAt);
}

PartCodes scalesAt(const std::byte* packed, std::size_t part) { return sixBitPair(packed + kScalesAt, part); }

void putFourBits(std::span<const std::uint8_t> codes, std::byte* packed) { putNibbles(codes, 32, packed + kCodesAt); }

void putFiveBits(std::span<const std::uint8_t> codes, std::byte* packed) {
  putBits(codes, 4, packed + kCodesAt);
  putNibbles(codes, 32, packed + kCodesAt + 32);
}

}  // namespace

RunPlan sixBitPlan(int bits) {
  const bool isFour = bits == 4;
  return minimumPlan({.block = {.values = kBlock,
                                .part = 32,
                                .bytes = isFour ? 144u : 176u,
                                .codeBits = bits,
                                .hasOffsets = true,
                                .scaleNote = "of 32 values: an integer of six bits times the block's binary16 d"},
                      .largest = isFour ? 15 : 31,
                      .largestScale = 63,
                      .capped = true,
                      .grid = isFour ? StepGrid{.first = -1, .spacing = 0.1f, .last = 20}
                                     : StepGrid{.first = -0.5f, .spacing = 0.1f, .last = 15},
                      .sigmaFactor = 2,
                      .putScales = putScales,
                      .scalesAt = scalesAt,
                      .wordsAt = 0,
                      .putCodes = isFour ? putFourBits : putFiveBits});
}

}  // namespace ulpscope::ggml
