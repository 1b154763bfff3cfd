// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace ulpscope::ggml {

// How ggml's blocks hold codes (ggml-common.h and ggml-quants.c of llama.cpp): one code a byte in, packed bytes out.
// Bits lie across: neighbours in a byte are codes some way apart.

/// Little-endian, two bytes.
void putWord(std::uint16_t word, std::byte* bytes);

/// The low four bits. Of each 2 * apart codes the j-th is in the low, the (j + apart)-th in the high nibble of byte j.
void putNibbles(std::span<const std::uint8_t> codes, std::size_t apart, std::byte* bytes);

/// Bit 4 of 32 codes as the bits of a little-endian word.
void putFifthBits(std::span<const std::uint8_t, 32> codes, std::byte* bytes);

/// Bits `from` and `from` + 1 of 256 codes: of each 128, byte j holds those 32 apart, from j on, the first lowest.
void putPairs(std::span<const std::uint8_t> codes, int from, std::byte* bytes);

/// Bit `which` of 256 codes: byte j holds those 32 apart, from j on, the first lowest.
void putBits(std::span<const std::uint8_t> codes, int which, std::byte* bytes);

/// The 12 bytes with 8 scales and minimums of six bits: parts 0 to 3 in bytes 0 to 3 (scales) and 4 to 7 (minimums), of
/// parts 4 to 7 the low nibbles in bytes 8 to 11 and the other two bits on top of bytes 0 to 7. Bits beyond six spill
/// as they do in ggml.
void putSixBitPairs(std::span<const std::uint8_t> scales, std::span<const std::uint8_t> minimums, std::byte* bytes);
struct PartCodes {
  std::uint8_t scale, minimum;
};
/// What a reader finds there.
PartCodes sixBitPair(const std::byte* bytes, std::size_t part);

/// The 12 bytes with 16 scales of six bits: low nibbles of parts 0 to 7, and of 8 to 15 above them, in bytes 0 to 7;
/// the upper two bits in bytes 8 to 11, those of parts four apart, the first lowest.
void putSixBits(std::span<const std::uint8_t> scales, std::byte* bytes);

}  // namespace ulpscope::ggml
