// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <span>
#include <string>
#include <string_view>

namespace ulpscope {

/// Puts one of what pickles are made of (an opcode with a small operand, a known name, a whole storage) in at a random
/// place, or makes the end a STOP again.
inline std::size_t mutatePickle(std::span<std::byte> data, std::size_t size, std::uint32_t seed) {
  using namespace std::string_view_literals;
  static constexpr std::string_view kPieces[] = {
      "N"sv,
      "0"sv,
      "2"sv,
      "("sv,
      "t"sv,
      "]"sv,
      "}"sv,
      ")"sv,
      "R"sv,
      "b"sv,
      "a"sv,
      "e"sv,
      "s"sv,
      "u"sv,
      "d"sv,
      "l"sv,
      "o"sv,
      "\x81"sv,
      "\x85"sv,
      "\x86"sv,
      "\x87"sv,
      "\x88"sv,
      "\x90"sv,
      "\x91"sv,
      "\x92"sv,
      "\x93"sv,
      "\x94"sv,
      "Q"sv,
      "K\1"sv,
      "J\xFF\xFF\xFF\x7F"sv,
      "M\0\1"sv,
      "h\0"sv,
      "h\1"sv,
      "q\0"sv,
      "q\1"sv,
      "X\1\0\0\0a"sv,
      "X\7\0\0\0storage"sv,
      "B\4\0\0\0abcd"sv,
      "\x8A\x08\0\0\0\0\0\0\0\x40"sv,
      "G\x3F\xE0\0\0\0\0\0\0"sv,
      "ctorch\nFloatStorage\n"sv,
      "ctorch\nQInt8Storage\n"sv,
      "ctorch._utils\n_rebuild_tensor_v2\n"sv,
      "ctorch._utils\n_rebuild_qtensor\n"sv,
      "ctorch._utils\n_rebuild_parameter\n"sv,
      "ccollections\nOrderedDict\n)R"sv,
      "cnumpy\ndtype\nX\2\0\0\0f4\x85R"sv,
      "cnumpy.core.multiarray\n_reconstruct\n)R"sv,
      "cos\nsystem\n"sv,
      "(X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0000X\3\0\0\0cpuK\6tQ"sv,
      "\x80\4"sv,
      "\x82\1"sv,
      "\x97"sv};
  std::minstd_rand random(seed);
  const std::string_view piece = kPieces[random() % std::size(kPieces)];
  if (random() % 4 == 0 && size > 0) data[size - 1] = std::byte{'.'};
  if (size + piece.size() > data.size()) return size;
  const std::size_t at = size == 0 ? 0 : random() % size;
  std::memmove(data.data() + at + piece.size(), data.data() + at, size - at);
  std::memcpy(data.data() + at, piece.data(), piece.size());
  return size + piece.size();
}

}  // namespace ulpscope
