// SPDX-License-Identifier: Apache-2.0
//
// The blocks with one scale d, and a minimum m in the types that end in _1, both binary16 (ggml-common.h of
// llama.cpp). Values are y = q * d (+ m), each sign one rounded float operation:
//
//   Q4_0  32  d, 16 bytes            q = code - 8      byte j holds element j in its low and j + 16 in its high nibble
//   Q4_1  32  d, m, 16 bytes         q = code
//   Q5_0  32  d, 4 bytes, 16 bytes   q = code - 16     the fifth bit of element j is bit j of the 4 bytes
//   Q5_1  32  d, m, 4 bytes, 16 bytes
//   Q8_0  32  d, 32 bytes            q signed
//   Q8_1  32  d, s, 32 bytes         q signed; s, d times the sum of the q, only helps dot products
//   Q1_0  128 d, 16 bytes            q = -1 or 1       one bit each, from the lowest up
//   Q2_0  64  d, 16 bytes            q = code - 1      two bits each, from the lowest up
#include "core/checkpoint/ggml/ggml_decoders.h"

namespace ulpscope {
namespace {

/// 32 nibbles and what `fifth` adds to them.
template <class Value>
void decodeNibbles(const std::uint8_t* nibbles, std::uint32_t fifthBits, float* values, Value value) {
  for (int j = 0; j < 16; ++j) {
    values[j] = value((nibbles[j] & 15) | (static_cast<int>(fifthBits >> j & 1) << 4));
    values[j + 16] = value((nibbles[j] >> 4) | (static_cast<int>(fifthBits >> (j + 16) & 1) << 4));
  }
}

void decodeBytes(const std::uint8_t* bytes, float d, float* values) {
  for (int j = 0; j < 32; ++j) values[j] = static_cast<float>(static_cast<std::int8_t>(bytes[j])) * d;
}

}  // namespace

void decodeQ4_0(const std::byte* blocks, std::size_t count, std::byte* floats) {
  decodeEach<32, 18>(blocks, count, floats, [](const std::uint8_t* block, float* values) {
    decodeNibbles(block + 2, 0, values, [d = halfAt(block)](int code) { return static_cast<float>(code - 8) * d; });
  });
}

void decodeQ4_1(const std::byte* blocks, std::size_t count, std::byte* floats) {
  decodeEach<32, 20>(blocks, count, floats, [](const std::uint8_t* block, float* values) {
    decodeNibbles(block + 4, 0, values,
                  [d = halfAt(block), m = halfAt(block + 2)](int code) { return static_cast<float>(code) * d + m; });
  });
}

void decodeQ5_0(const std::byte* blocks, std::size_t count, std::byte* floats) {
  decodeEach<32, 22>(blocks, count, floats, [](const std::uint8_t* block, float* values) {
    decodeNibbles(block + 6, u32At(block + 2), values,
                  [d = halfAt(block)](int code) { return static_cast<float>(code - 16) * d; });
  });
}

void decodeQ5_1(const std::byte* blocks, std::size_t count, std::byte* floats) {
  decodeEach<32, 24>(blocks, count, floats, [](const std::uint8_t* block, float* values) {
    decodeNibbles(block + 8, u32At(block + 4), values,
                  [d = halfAt(block), m = halfAt(block + 2)](int code) { return static_cast<float>(code) * d + m; });
  });
}

void decodeQ8_0(const std::byte* blocks, std::size_t count, std::byte* floats) {
  decodeEach<32, 34>(blocks, count, floats,
                     [](const std::uint8_t* block, float* values) { decodeBytes(block + 2, halfAt(block), values); });
}

void decodeQ8_1(const std::byte* blocks, std::size_t count, std::byte* floats) {
  decodeEach<32, 36>(blocks, count, floats,
                     [](const std::uint8_t* block, float* values) { decodeBytes(block + 4, halfAt(block), values); });
}

void decodeQ1_0(const std::byte* blocks, std::size_t count, std::byte* floats) {
  decodeEach<128, 18>(blocks, count, floats, [](const std::uint8_t* block, float* values) {
    const float d = halfAt(block);
    const float either[] = {-d, d};
    for (int byte = 0; byte < 16; ++byte)
      for (int bit = 0; bit < 8; ++bit) values[byte * 8 + bit] = either[block[2 + byte] >> bit & 1];
  });
}

void decodeQ2_0(const std::byte* blocks, std::size_t count, std::byte* floats) {
  decodeEach<64, 18>(blocks, count, floats, [](const std::uint8_t* block, float* values) {
    const float d = halfAt(block);
    for (int j = 0; j < 64; ++j) values[j] = static_cast<float>((block[2 + j / 4] >> j % 4 * 2 & 3) - 1) * d;
  });
}

}  // namespace ulpscope
