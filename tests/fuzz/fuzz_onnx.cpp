// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "tests/fuzz/container_fuzz.h"

namespace ulpscope {
namespace {

struct Varint {
  std::uint64_t value = 0;
  std::size_t bytes = 0;
};

std::optional<Varint> varintAt(std::span<const std::byte> data, std::size_t at) {
  Varint read;
  for (; read.bytes < 10 && at + read.bytes < data.size(); ++read.bytes) {
    const auto byte = static_cast<std::uint64_t>(data[at + read.bytes]);
    if (read.bytes < 9) read.value |= (byte & 0x7F) << (7 * read.bytes);
    if ((byte & 0x80) == 0) {
      ++read.bytes;
      return read;
    }
  }
  return std::nullopt;
}

/// `value` in just as many bytes, which a varint may have more of than it needs.
void writeVarint(std::span<std::byte> data, std::size_t at, std::size_t bytes, std::uint64_t value) {
  for (std::size_t i = 0; i < bytes; ++i, value >>= 7)
    data[at + i] = static_cast<std::byte>((value & 0x7F) | (i + 1 < bytes ? 0x80 : 0));
}

/// Lengths that leave their message are made to end with it; the fields of ONNX that are messages are entered.
void repair(std::span<std::byte> data, int depth) {
  for (std::size_t at = 0; at < data.size();) {
    const auto tag = varintAt(data, at);
    if (!tag) return;
    at += tag->bytes;
    if ((tag->value & 7) == 0) {
      const auto value = varintAt(data, at);
      if (!value) return;
      at += value->bytes;
    } else if ((tag->value & 7) == 1 || (tag->value & 7) == 5) {
      at += (tag->value & 7) == 1 ? 8 : 4;
    } else if ((tag->value & 7) == 2) {
      const auto length = varintAt(data, at);
      if (!length) return;
      const std::size_t lengthAt = at;
      at += length->bytes;
      std::uint64_t size = length->value;
      if (size > data.size() - at) {
        const std::uint64_t most =
            length->bytes < 9 ? (std::uint64_t{1} << (7 * length->bytes)) - 1 : ~std::uint64_t{0};
        size = std::min<std::uint64_t>(data.size() - at, most);
        writeVarint(data, lengthAt, length->bytes, size);
      }
      constexpr std::array<std::uint64_t, 9> kMessages{1, 2, 5, 6, 7, 13, 15, 20, 25};
      if (depth < 12 && std::ranges::find(kMessages, tag->value >> 3) != kMessages.end())
        repair(data.subspan(at, static_cast<std::size_t>(size)), depth + 1);
      at += static_cast<std::size_t>(size);
    } else {
      return;
    }
  }
}

}  // namespace

void fuzzOne(std::span<const std::byte> input) {
  static const auto folder =
      memoryFolder({{"w.bin", std::vector<std::byte>(64)}, {"sub/w.bin", std::vector<std::byte>(3)}});
  fuzzContainer("onnx", input, folder);
}

std::size_t mutateStructure(std::span<std::byte> data, std::size_t size, std::uint32_t) {
  repair(data.first(size), 0);
  return size;
}

}  // namespace ulpscope
