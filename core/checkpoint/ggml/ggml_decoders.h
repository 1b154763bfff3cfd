// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace ulpscope {

/// `count` blocks of one of ggml's types to float32, each block's values behind those of the one before; `floats` may
/// lie at any address. Every byte is a valid block: what a bad scale makes of it (infinities, NaN) comes out as ggml
/// has it.
using BlockDecoder = void(const std::byte* blocks, std::size_t count, std::byte* floats);

// ggml_simple_blocks.cpp
BlockDecoder decodeQ4_0, decodeQ4_1, decodeQ5_0, decodeQ5_1, decodeQ8_0, decodeQ8_1, decodeQ1_0, decodeQ2_0;
// ggml_k_quants.cpp
BlockDecoder decodeQ2_K, decodeQ3_K, decodeQ4_K, decodeQ5_K, decodeQ6_K, decodeQ8_K;
// ggml_grid_quants.cpp
BlockDecoder decodeIQ2_XXS, decodeIQ2_XS, decodeIQ2_S, decodeIQ3_XXS, decodeIQ3_S, decodeIQ1_S, decodeIQ1_M;
// ggml_table_quants.cpp
BlockDecoder decodeIQ4_NL, decodeIQ4_XS, decodeMXFP4, decodeNVFP4, decodeTQ1_0, decodeTQ2_0;

/// Calls decode(block, values) for one block after the other.
template <std::size_t Elements, std::size_t Bytes, class Decode>
void decodeEach(const std::byte* blocks, std::size_t count, std::byte* floats, Decode decode) {
  const auto* block = reinterpret_cast<const std::uint8_t*>(blocks);
  for (std::size_t i = 0; i < count; ++i, block += Bytes, floats += Elements * sizeof(float)) {
    float values[Elements];
    decode(block, values);
    std::memcpy(floats, values, sizeof values);
  }
}

inline std::uint16_t u16At(const std::uint8_t* bytes) { return static_cast<std::uint16_t>(bytes[0] | bytes[1] << 8); }

inline std::uint32_t u32At(const std::uint8_t* bytes) {
  std::uint32_t value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

/// The float32 of a binary16 code. Exponent and fraction moved to their places are the value times 2^(15 - 127), also
/// of a subnormal, and that product is exact; only infinity and NaN, whose exponent becomes 31, must be widened.
inline float fromHalf(std::uint16_t code) {
  const std::uint32_t magnitude = (code & 0x7FFFu) << 13;
  const float scaled = std::bit_cast<float>(magnitude) * 0x1p112f;
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(scaled) | (magnitude >= 0x0F800000u ? 0x7F800000u : 0u);
  return std::bit_cast<float>(bits | (code & 0x8000u) << 16);
}
inline float halfAt(const std::uint8_t* bytes) { return fromHalf(u16At(bytes)); }

}  // namespace ulpscope
