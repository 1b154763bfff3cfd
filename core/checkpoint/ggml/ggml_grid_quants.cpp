// SPDX-License-Identifier: Apache-2.0
//
// The types whose codes name points of a grid (ggml-common.h and ggml-quants.c of llama.cpp). Blocks of 256 with one
// binary16 d, in 8 parts of 32 weights; a part has groups of 8 weights, in IQ3 of two points of 4 each:
//
//   IQ2_XXS  d parts[8]{index[4] u32}    the u32: four times 7 sign bits, then a 4-bit scale
//   IQ2_XS   d u16[32] scales[8]         a u16: index of 9 bits, 7 sign bits; a nibble of scale for two groups
//   IQ2_S    d low[32] signs[32] high[8] scales[8]    index of 10 bits; a byte of signs a group
//   IQ3_XXS  d index[64] u32[8]          as IQ2_XXS
//   IQ3_S    d low[64] high[8] signs[32] scales[4]    index of 9 bits; a nibble of scale a part
//   IQ1_S    d low[32] u16[8]            a u16: four times 3 upper bits of an index of 11, a 3-bit scale, the shift
//   IQ1_M    low[32] high[16] scales[8]  a nibble a group: 3 upper bits of the index, the shift; a u16 of `scales` for
//                                        every 64 weights: four 3-bit scales, for 16 weights each, and a nibble of d
//
// With 7 sign bits the eighth makes their number even. IQ2: y = d * (0.5 + s) * 0.25 * point * sign; IQ3_XXS the same
// with 0.5; IQ3_S: y = d * (1 + 2 s) * point * sign; IQ1: y = d * (2 s + 1) * (point +- 1/8).
#include <array>
#include <bit>

#include "core/checkpoint/ggml/ggml_decoders.h"
#include "core/checkpoint/ggml/ggml_grids.h"

namespace ulpscope {
namespace {

template <std::size_t Points, std::size_t Coordinates>
using Grid = std::array<std::array<std::int8_t, Coordinates>, Points>;

/// The points of a packed grid, whose indices have `bits` bits and choose among `values`.
template <std::size_t Coordinates, std::size_t Points, std::size_t Values>
constexpr Grid<Points, Coordinates> unpack(const std::array<std::uint16_t, Points>& packed,
                                           const std::array<std::int8_t, Values>& values) {
  constexpr std::size_t kBits = Values > 4 ? 3 : 2;
  Grid<Points, Coordinates> grid{};
  for (std::size_t point = 0; point < Points; ++point)
    for (std::size_t i = 0; i < Coordinates; ++i)
      grid[point][i] = values[packed[point] >> i * kBits & ((1u << kBits) - 1)];
  return grid;
}

constexpr std::array<std::int8_t, 3> kIq2Values{8, 25, 43};
constexpr auto kIq2Xxs = unpack<8>(kIq2XxsGrid, kIq2Values);
constexpr auto kIq2Xs = unpack<8>(kIq2XsGrid, kIq2Values);
constexpr auto kIq2S = unpack<8>(kIq2SGrid, kIq2Values);
constexpr auto kIq3Xxs = unpack<4>(kIq3XxsGrid, std::array<std::int8_t, 8>{4, 12, 20, 28, 36, 44, 52, 62});
constexpr auto kIq3S = unpack<4>(kIq3SGrid, std::array<std::int8_t, 8>{1, 3, 5, 7, 9, 11, 13, 15});
constexpr auto kIq1S = unpack<8>(kIq1SGrid, std::array<std::int8_t, 3>{-1, 0, 1});

/// -1 where a bit is set, else 1, for all bytes.
constexpr auto kSigns = [] {
  std::array<std::array<std::int8_t, 8>, 256> signs{};
  for (std::size_t byte = 0; byte < signs.size(); ++byte)
    for (std::size_t i = 0; i < 8; ++i) signs[byte][i] = (byte >> i & 1) != 0 ? -1 : 1;
  return signs;
}();

constexpr std::uint8_t withEvenParity(std::uint32_t sevenBits) {
  return static_cast<std::uint8_t>(sevenBits | (std::popcount(sevenBits) % 2 != 0 ? 128u : 0u));
}

/// The product with a sign is exact in integers, and (scale * point) * sign rounds like scale * (point * sign).
template <std::size_t Coordinates>
void decodePoint(const std::array<std::int8_t, Coordinates>& point, const std::int8_t* signs, float scale,
                 float* values) {
  for (std::size_t i = 0; i < Coordinates; ++i) values[i] = scale * static_cast<float>(point[i] * signs[i]);
}

void decodeShifted(const std::array<std::int8_t, 8>& point, float shift, float scale, float* values) {
  for (std::size_t i = 0; i < 8; ++i) values[i] = scale * (static_cast<float>(point[i]) + shift);
}

float iq2Scale(float d, std::uint32_t code) { return d * (0.5f + static_cast<float>(code)) * 0.25f; }

int nibbleAt(const std::uint8_t* bytes, int index) { return bytes[index / 2] >> index % 2 * 4 & 15; }

}  // namespace

void decodeIQ2_XXS(const std::byte* blocks, std::size_t count, std::byte* floats) {
  decodeEach<256, 66>(blocks, count, floats, [](const std::uint8_t* block, float* values) {
    const float d = halfAt(block);
    for (int part = 0; part < 8; ++part) {
      const std::uint8_t* const bytes = block + 2 + part * 8;
      const std::uint32_t signs = u32At(bytes + 4);
      const float scale = iq2Scale(d, signs >> 28);
      for (int group = 0; group < 4; ++group, values += 8)
        decodePoint(kIq2Xxs[bytes[group]], kSigns[withEvenParity(signs >> group * 7 & 127)].data(), scale, values);
    }
  });
}

void decodeIQ2_XS(const std::byte* blocks, std::size_t count, std::byte* floats) {
  decodeEach<256, 74>(blocks, count, floats, [](const std::uint8_t* block, float* values) {
    const float d = halfAt(block);
    for (int group = 0; group < 32; ++group, values += 8) {
      const std::uint16_t code = u16At(block + 2 + group * 2);
      const float scale = iq2Scale(d, static_cast<std::uint32_t>(nibbleAt(block + 66, group / 2)));
      decodePoint(kIq2Xs[code & 511u], kSigns[withEvenParity(code >> 9)].data(), scale, values);
    }
  });
}

void decodeIQ2_S(const std::byte* blocks, std::size_t count, std::byte* floats) {
  decodeEach<256, 82>(blocks, count, floats, [](const std::uint8_t* block, float* values) {
    const float d = halfAt(block);
    for (int group = 0; group < 32; ++group, values += 8) {
      const auto index = static_cast<std::size_t>(block[2 + group] | (block[66 + group / 4] >> group % 4 * 2 & 3) << 8);
      const float scale = iq2Scale(d, static_cast<std::uint32_t>(nibbleAt(block + 74, group / 2)));
      decodePoint(kIq2S[index], kSigns[block[34 + group]].data(), scale, values);
    }
  });
}

void decodeIQ3_XXS(const std::byte* blocks, std::size_t count, std::byte* floats) {
  decodeEach<256, 98>(blocks, count, floats, [](const std::uint8_t* block, float* values) {
    const float d = halfAt(block);
    for (int part = 0; part < 8; ++part) {
      const std::uint32_t signs = u32At(block + 66 + part * 4);
      const float scale = d * (0.5f + static_cast<float>(signs >> 28)) * 0.5f;
      for (int group = 0; group < 4; ++group, values += 8) {
        const std::uint8_t* const index = block + 2 + part * 8 + group * 2;
        const std::int8_t* const sign = kSigns[withEvenParity(signs >> group * 7 & 127)].data();
        decodePoint(kIq3Xxs[index[0]], sign, scale, values);
        decodePoint(kIq3Xxs[index[1]], sign + 4, scale, values + 4);
      }
    }
  });
}

void decodeIQ3_S(const std::byte* blocks, std::size_t count, std::byte* floats) {
  decodeEach<256, 110>(blocks, count, floats, [](const std::uint8_t* block, float* values) {
    const float d = halfAt(block);
    for (int group = 0; group < 32; ++group, values += 8) {
      const std::uint8_t* const low = block + 2 + group * 2;
      const int high = block[66 + group / 4] >> group % 4 * 2;
      const std::int8_t* const sign = kSigns[block[74 + group]].data();
      const float scale = d * static_cast<float>(1 + 2 * nibbleAt(block + 106, group / 4));
      decodePoint(kIq3S[static_cast<std::size_t>(low[0] | (high & 1) << 8)], sign, scale, values);
      decodePoint(kIq3S[static_cast<std::size_t>(low[1] | (high & 2) << 7)], sign + 4, scale, values + 4);
    }
  });
}

void decodeIQ1_S(const std::byte* blocks, std::size_t count, std::byte* floats) {
  decodeEach<256, 50>(blocks, count, floats, [](const std::uint8_t* block, float* values) {
    const float d = halfAt(block);
    for (int group = 0; group < 32; ++group, values += 8) {
      const std::uint16_t part = u16At(block + 34 + group / 4 * 2);
      const auto index = static_cast<std::size_t>(block[2 + group] | (part >> group % 4 * 3 & 7) << 8);
      const float scale = d * static_cast<float>(2 * (part >> 12 & 7) + 1);
      decodeShifted(kIq1S[index], (part & 0x8000) != 0 ? -0.125f : 0.125f, scale, values);
    }
  });
}

void decodeIQ1_M(const std::byte* blocks, std::size_t count, std::byte* floats) {
  decodeEach<256, 56>(blocks, count, floats, [](const std::uint8_t* block, float* values) {
    const std::uint8_t* const scales = block + 48;
    int bits = 0;
    for (int word = 0; word < 4; ++word) bits |= (u16At(scales + word * 2) >> 12) << word * 4;
    const float d = fromHalf(static_cast<std::uint16_t>(bits));
    for (int group = 0; group < 32; ++group, values += 8) {
      const int high = nibbleAt(block + 32, group);
      const auto index = static_cast<std::size_t>(block[group] | (high & 7) << 8);
      const int scale = u16At(scales + group / 8 * 2) >> group / 2 % 4 * 3 & 7;
      decodeShifted(kIq1S[index], (high & 8) != 0 ? -0.125f : 0.125f, d * static_cast<float>(2 * scale + 1), values);
    }
  });
}

}  // namespace ulpscope
