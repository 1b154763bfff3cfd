// SPDX-License-Identifier: Apache-2.0
//
// The K-quants (ggml-common.h and ggml-quants.c of llama.cpp): blocks of 256 whose parts have small integer scales, in
// units of the block's binary16 d (and minimums, in units of dmin):
//
//   Q2_K  scales[16] codes[64] d dmin          16 parts of 16: y = (d * s) * q - (dmin * m), s and m nibbles
//   Q3_K  high[32] codes[64] scales[12] d      16 parts of 16: y = (d * (s - 32)) * (q - 4 where the high bit is 0)
//   Q4_K  d dmin scales[12] codes[128]         8 parts of 32:  y = (d * s) * q - (dmin * m), s and m of 6 bits
//   Q5_K  d dmin scales[12] high[32] codes[128]    as Q4_K, with the fifth bits in `high`
//   Q6_K  low[128] high[64] scales[16] d       16 parts of 16: y = (d * s) * (q - 32), s signed bytes
//   Q8_K  d(float32) codes[256] sums[16]       y = d * q; the sums only help dot products
//
// Codes of 2 and 4 bits lie across: with runs of 32 bytes, the first 32 elements are in the lowest bits of a run, the
// next 32 above them, and so on.
#include "core/checkpoint/ggml/ggml_decoders.h"

namespace ulpscope {
namespace {

struct ScaleAndMinimum {
  int scale, minimum;
};

/// The 6-bit pairs of Q4_K and Q5_K in their 12 bytes: those of parts 0 to 3 in the low six bits of bytes 0 to 3
/// (scales) and 4 to 7 (minimums); of parts 4 to 7 the low four bits are the nibbles of bytes 8 to 11, and the upper
/// two are what is left of bytes 0 to 3 and 4 to 7.
ScaleAndMinimum sixBitPair(const std::uint8_t* bytes, int part) {
  if (part < 4) return {bytes[part] & 63, bytes[part + 4] & 63};
  return {(bytes[part + 4] & 15) | (bytes[part - 4] >> 6 << 4), (bytes[part + 4] >> 4) | (bytes[part] >> 6 << 4)};
}

/// The 6-bit scale of a part of Q3_K: its low nibble in bytes 0 to 7, parts 8 to 15 in the high nibbles, and its upper
/// two bits in bytes 8 to 11, parts 0 to 3 in the lowest.
int q3Scale(const std::uint8_t* bytes, int part) {
  const int low = part < 8 ? bytes[part] & 15 : bytes[part - 8] >> 4;
  return (low | (bytes[8 + part % 4] >> (part / 4 * 2) & 3) << 4) - 32;
}

}  // namespace

void decodeQ2_K(const std::byte* blocks, std::size_t count, std::byte* floats) {
  decodeEach<256, 84>(blocks, count, floats, [](const std::uint8_t* block, float* values) {
    const float d = halfAt(block + 80);
    const float dmin = halfAt(block + 82);
    for (int part = 0; part < 16; ++part) {
      const float scale = d * static_cast<float>(block[part] & 15);
      const float minimum = dmin * static_cast<float>(block[part] >> 4);
      const std::uint8_t* const codes = block + 16 + part / 8 * 32 + part % 2 * 16;
      const int shift = part % 8 / 2 * 2;
      for (int j = 0; j < 16; ++j) values[part * 16 + j] = scale * static_cast<float>(codes[j] >> shift & 3) - minimum;
    }
  });
}

void decodeQ3_K(const std::byte* blocks, std::size_t count, std::byte* floats) {
  decodeEach<256, 110>(blocks, count, floats, [](const std::uint8_t* block, float* values) {
    const float d = halfAt(block + 108);
    for (int part = 0; part < 16; ++part) {
      const float scale = d * static_cast<float>(q3Scale(block + 96, part));
      const std::uint8_t* const codes = block + 32 + part / 8 * 32 + part % 2 * 16;
      const std::uint8_t* const high = block + part % 2 * 16;
      const int shift = part % 8 / 2 * 2;
      for (int j = 0; j < 16; ++j)
        values[part * 16 + j] =
            scale * static_cast<float>((codes[j] >> shift & 3) - 4 + (high[j] >> (part / 2) & 1) * 4);
    }
  });
}

void decodeQ4_K(const std::byte* blocks, std::size_t count, std::byte* floats) {
  decodeEach<256, 144>(blocks, count, floats, [](const std::uint8_t* block, float* values) {
    const float d = halfAt(block);
    const float dmin = halfAt(block + 2);
    for (int part = 0; part < 8; ++part) {
      const auto [scale, minimum] = sixBitPair(block + 4, part);
      const float step = d * static_cast<float>(scale);
      const float offset = dmin * static_cast<float>(minimum);
      const std::uint8_t* const codes = block + 16 + part / 2 * 32;
      const int shift = part % 2 * 4;
      for (int j = 0; j < 32; ++j) values[part * 32 + j] = step * static_cast<float>(codes[j] >> shift & 15) - offset;
    }
  });
}

void decodeQ5_K(const std::byte* blocks, std::size_t count, std::byte* floats) {
  decodeEach<256, 176>(blocks, count, floats, [](const std::uint8_t* block, float* values) {
    const float d = halfAt(block);
    const float dmin = halfAt(block + 2);
    for (int part = 0; part < 8; ++part) {
      const auto [scale, minimum] = sixBitPair(block + 4, part);
      const float step = d * static_cast<float>(scale);
      const float offset = dmin * static_cast<float>(minimum);
      const std::uint8_t* const high = block + 16;
      const std::uint8_t* const codes = block + 48 + part / 2 * 32;
      const int shift = part % 2 * 4;
      for (int j = 0; j < 32; ++j)
        values[part * 32 + j] =
            step * static_cast<float>((codes[j] >> shift & 15) | (high[j] >> part & 1) << 4) - offset;
    }
  });
}

void decodeQ6_K(const std::byte* blocks, std::size_t count, std::byte* floats) {
  decodeEach<256, 210>(blocks, count, floats, [](const std::uint8_t* block, float* values) {
    const float d = halfAt(block + 208);
    for (int part = 0; part < 16; ++part) {
      const float scale = d * static_cast<float>(static_cast<std::int8_t>(block[192 + part]));
      // A half of 128 elements has 64 bytes of low nibbles and 32 of upper pairs of bits.
      const std::uint8_t* const low = block + part / 8 * 64 + part % 4 * 16;
      const std::uint8_t* const high = block + 128 + part / 8 * 32 + part % 2 * 16;
      const int lowShift = part % 8 / 4 * 4;
      const int highShift = part % 8 / 2 * 2;
      for (int j = 0; j < 16; ++j)
        values[part * 16 + j] =
            scale * static_cast<float>(((low[j] >> lowShift & 15) | (high[j] >> highShift & 3) << 4) - 32);
    }
  });
}

void decodeQ8_K(const std::byte* blocks, std::size_t count, std::byte* floats) {
  decodeEach<256, 292>(blocks, count, floats, [](const std::uint8_t* block, float* values) {
    const float d = std::bit_cast<float>(u32At(block));
    for (int j = 0; j < 256; ++j) values[j] = d * static_cast<float>(static_cast<std::int8_t>(block[4 + j]));
  });
}

}  // namespace ulpscope
