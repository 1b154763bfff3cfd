// SPDX-License-Identifier: Apache-2.0
//
// Blocks whose 4-bit codes name a value of a table, and ternary ones (ggml-common.h and ggml-quants.c of llama.cpp):
//
//   IQ4_NL  32   d codes[16]                              y = d * table
//   IQ4_XS  256  d high(u16) low[4] codes[128]            8 parts of 32: y = (d * (s - 32)) * table; s of 6 bits, the
//                                                         lower four in `low`, the upper two in `high`
//   MXFP4   32   e codes[16]                              y = (2^(e - 127) / 2) * (2 * table)
//   NVFP4   64   d[4] codes[32]                           4 parts of 16, d of UE4M3: y = (d / 2) * (2 * table)
//   TQ1_0   256  fives[48] fours[4] d                     y = (trit - 1) * d
//   TQ2_0   256  codes[64] d                              y = (code - 1) * d
//
// A run of 16 (8 in NVFP4) bytes holds the first half of its elements in the low nibbles, the second in the high ones.
#include <array>

#include "core/checkpoint/ggml/ggml_decoders.h"
#include "core/formats/number_format.h"
#include "core/formats/value_text.h"

namespace ulpscope {
namespace {

using Table = std::array<float, 16>;

const Table& iq4Values() {
  static const Table table = [] {
    Table built{};
    for (std::size_t code = 0; code < built.size(); ++code)
      built[code] = static_cast<float>(toDouble(findFormat("iq4_nl")->decode(code)));
    return built;
  }();
  return table;
}

/// Twice the values of E2M1; ggml keeps them as integers, so code 8 is zero without its sign.
constexpr Table kDoubledE2m1{0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

template <int Bytes>
void decodeCodes(const std::uint8_t* codes, const Table& table, float scale, float* values) {
  for (int j = 0; j < Bytes; ++j) {
    values[j] = scale * table[codes[j] & 15];
    values[j + Bytes] = scale * table[codes[j] >> 4];
  }
}

/// 2^(e - 128), for every e: 0 and 1 give the subnormals 2^-128 and 2^-127. There is no NaN.
float halfOfE8m0(std::uint8_t e) {
  return std::bit_cast<float>(e < 2 ? std::uint32_t{0x200000} << e : static_cast<std::uint32_t>(e - 1) << 23);
}

/// Half the value of UE4M3, exact in float. The sign bit is no part of it, but 0x80 is: exponent 0, fraction 0. 0x7F
/// (NaN) is 0; 0xFF is 480 / 2, as the check comes before the sign bit is dropped.
float halfOfUe4m3(std::uint8_t code) {
  if (code == 0x7F) return 0;
  const int exponent = code >> 3 & 15;
  const auto fraction = static_cast<float>(code & 7);
  if (exponent == 0) return fraction * 0x1p-10f;
  const float power = std::bit_cast<float>(static_cast<std::uint32_t>(exponent - 8 + 127) << 23);
  return (1 + fraction / 8) * power;
}
const std::array<float, 256>& halvesOfUe4m3() {
  static const std::array<float, 256> table = [] {
    std::array<float, 256> built{};
    for (std::size_t code = 0; code < built.size(); ++code) built[code] = halfOfUe4m3(static_cast<std::uint8_t>(code));
    return built;
  }();
  return table;
}

/// The `which`-th of five trits in a byte: its base-3 digits are those of byte / 256, so multiplying by 3 moves the
/// next digit above the point.
float tritMinusOne(std::uint8_t byte, int which) {
  constexpr std::array<std::uint8_t, 5> kPowers{1, 3, 9, 27, 81};
  const auto moved = static_cast<std::uint8_t>(byte * kPowers[static_cast<std::size_t>(which)]);
  return static_cast<float>((moved * 3 >> 8) - 1);
}

}  // namespace

void decodeIQ4_NL(const std::byte* blocks, std::size_t count, std::byte* floats) {
  decodeEach<32, 18>(blocks, count, floats, [&table = iq4Values()](const std::uint8_t* block, float* values) {
    decodeCodes<16>(block + 2, table, halfAt(block), values);
  });
}

void decodeIQ4_XS(const std::byte* blocks, std::size_t count, std::byte* floats) {
  decodeEach<256, 136>(blocks, count, floats, [&table = iq4Values()](const std::uint8_t* block, float* values) {
    const float d = halfAt(block);
    const std::uint16_t high = u16At(block + 2);
    for (int part = 0; part < 8; ++part) {
      const int scale = (block[4 + part / 2] >> part % 2 * 4 & 15) | (high >> part * 2 & 3) << 4;
      decodeCodes<16>(block + 8 + part * 16, table, d * static_cast<float>(scale - 32), values + part * 32);
    }
  });
}

void decodeMXFP4(const std::byte* blocks, std::size_t count, std::byte* floats) {
  decodeEach<32, 17>(blocks, count, floats, [](const std::uint8_t* block, float* values) {
    decodeCodes<16>(block + 1, kDoubledE2m1, halfOfE8m0(block[0]), values);
  });
}

void decodeNVFP4(const std::byte* blocks, std::size_t count, std::byte* floats) {
  decodeEach<64, 36>(blocks, count, floats, [&scales = halvesOfUe4m3()](const std::uint8_t* block, float* values) {
    for (int part = 0; part < 4; ++part)
      decodeCodes<8>(block + 4 + part * 8, kDoubledE2m1, scales[block[part]], values + part * 16);
  });
}

void decodeTQ1_0(const std::byte* blocks, std::size_t count, std::byte* floats) {
  decodeEach<256, 54>(blocks, count, floats, [](const std::uint8_t* block, float* values) {
    const float d = halfAt(block + 52);
    for (int which = 0; which < 5; ++which)
      for (int j = 0; j < 32; ++j) values[which * 32 + j] = tritMinusOne(block[j], which) * d;
    for (int which = 0; which < 5; ++which)
      for (int j = 0; j < 16; ++j) values[160 + which * 16 + j] = tritMinusOne(block[32 + j], which) * d;
    for (int which = 0; which < 4; ++which)
      for (int j = 0; j < 4; ++j) values[240 + which * 4 + j] = tritMinusOne(block[48 + j], which) * d;
  });
}

void decodeTQ2_0(const std::byte* blocks, std::size_t count, std::byte* floats) {
  decodeEach<256, 66>(blocks, count, floats, [](const std::uint8_t* block, float* values) {
    const float d = halfAt(block + 64);
    for (int part = 0; part < 8; ++part)
      for (int j = 0; j < 32; ++j)
        values[part * 32 + j] = static_cast<float>((block[part / 4 * 32 + j] >> part % 4 * 2 & 3) - 1) * d;
  });
}

}  // namespace ulpscope
