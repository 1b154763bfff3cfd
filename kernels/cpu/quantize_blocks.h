// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <limits>
#include <optional>
#include <span>

#include "core/quantization/block_codec.h"

namespace ulpscope::kernels {

/// What a codec must know of a block before it can code the first value.
struct BlockRange {
  bool finite = true;  ///< neither NaN nor infinity; else the other numbers mean nothing
  float absMax = 0;
  float lo = std::numeric_limits<float>::infinity();  ///< read for Affine only, as is hi
  float hi = -std::numeric_limits<float>::infinity();
  float signedMax = 0;  ///< read for Q4_0 only: the first value of magnitude absMax

  void merge(const BlockRange& later);
};

/// How the lanes code the values of a block: the codecs differ in these few things only.
struct BlockRule {
  enum class Coding : std::uint8_t {
    EvenProduct,   ///< clamp(rne(x * operand))
    AwayProduct,   ///< clamp(rha(x * operand))
    EvenQuotient,  ///< clamp(rne(x / operand) + offset)
    AwayQuotient,  ///< clamp(rha(x / operand))
    Shifted,       ///< clamp(truncate(x * operand + offset))
    Nf4,           ///< number of NF4 midpoints below x * operand
    Float8         ///< E4M3 or E5M2 of x * operand, saturating
  };
  Coding coding;
  float operand;
  float offset = 0;
  float low = 0;
  float high = 0;
  bool isE4m3 = false;
  BlockScale stored;  ///< of codecs with a binary16 scale, not yet rounded to it
};

BlockRange blockRange(const BlockCodec& codec, std::span<const float> values);

/// nullopt: the arithmetic leaves the finite numbers, or a short block differs; take quantizeBlock of core instead.
std::optional<BlockRule> blockRule(const BlockCodec& codec, const BlockRange& range, bool isShort);

/// Whether scales are stored as binary16.
bool hasBinary16Scale(const BlockCodec& codec);
void roundToBinary16(std::span<float> scales);

void encodeBlock(const BlockRule& rule, std::span<const float> values, std::span<std::uint8_t> codes);

/// Whole blocks, the last of them perhaps short, by one thread.
void quantizeBlocks(const BlockCodec& codec, std::span<const float> values, const BlockCodes& out);

}  // namespace ulpscope::kernels
