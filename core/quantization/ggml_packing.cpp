// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/ggml_packing.h"

#include <algorithm>

namespace ulpscope::ggml {
namespace {

std::byte low(unsigned bits) { return static_cast<std::byte>(bits & 0xFF); }

}  // namespace

void putWord(std::uint16_t word, std::byte* bytes) {
  bytes[0] = low(word);
  bytes[1] = low(word >> 8u);
}

void putNibbles(std::span<const std::uint8_t> codes, std::size_t apart, std::byte* bytes) {
  for (std::size_t first = 0; first < codes.size(); first += 2 * apart, bytes += apart)
    for (std::size_t j = 0; j < apart; ++j)
      bytes[j] = low((codes[first + j] & 15u) | (codes[first + apart + j] & 15u) << 4);
}

void putFifthBits(std::span<const std::uint8_t, 32> codes, std::byte* bytes) {
  std::uint32_t bits = 0;
  for (std::size_t j = 0; j < 32; ++j) bits |= (codes[j] >> 4 & 1u) << j;
  for (std::size_t byte = 0; byte < 4; ++byte) bytes[byte] = low(bits >> 8 * byte);
}

void putPairs(std::span<const std::uint8_t> codes, int from, std::byte* bytes) {
  const auto pair = [&](std::size_t at) { return codes[at] >> from & 3u; };
  for (std::size_t half = 0; half < 256; half += 128)
    for (std::size_t j = half; j < half + 32; ++j)
      *bytes++ = low(pair(j) | pair(j + 32) << 2 | pair(j + 64) << 4 | pair(j + 96) << 6);
}

void putBits(std::span<const std::uint8_t> codes, int which, std::byte* bytes) {
  for (std::size_t j = 0; j < 32; ++j) {
    unsigned bits = 0;
    for (std::size_t k = 0; k < 8; ++k) bits |= (codes[32 * k + j] >> which & 1u) << k;
    bytes[j] = low(bits);
  }
}

void putSixBitPairs(std::span<const std::uint8_t> scales, std::span<const std::uint8_t> minimums, std::byte* bytes) {
  for (std::size_t part = 0; part < 4; ++part) {
    const unsigned scale = scales[part + 4];
    const unsigned minimum = minimums[part + 4];
    bytes[part] = low(scales[part] | scale >> 4 << 6);
    bytes[part + 4] = low(minimums[part] | minimum >> 4 << 6);
    bytes[part + 8] = low((scale & 15u) | (minimum & 15u) << 4);
  }
}

PartCodes sixBitPair(const std::byte* bytes, std::size_t part) {
  const auto at = [bytes](std::size_t index) { return static_cast<unsigned>(bytes[index]); };
  const auto code = [](unsigned bits) { return static_cast<std::uint8_t>(bits); };
  if (part < 4) return {code(at(part) & 63), code(at(part + 4) & 63)};
  return {code((at(part + 4) & 15) | at(part - 4) >> 6 << 4), code(at(part + 4) >> 4 | at(part) >> 6 << 4)};
}

void putSixBits(std::span<const std::uint8_t> scales, std::byte* bytes) {
  for (std::size_t part = 0; part < 8; ++part) bytes[part] = low((scales[part] & 15u) | (scales[part + 8] & 15u) << 4);
  for (std::size_t part = 0; part < 4; ++part) {
    unsigned upper = 0;
    for (std::size_t k = 0; k < 4; ++k) upper |= (scales[part + 4 * k] >> 4 & 3u) << 2 * k;
    bytes[part + 8] = low(upper);
  }
}

}  // namespace ulpscope::ggml
