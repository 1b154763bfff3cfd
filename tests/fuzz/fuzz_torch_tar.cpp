// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <string>

#include "tests/core/checkpoint/torch_files.h"
#include "tests/fuzz/container_fuzz.h"

namespace ulpscope {
namespace {

constexpr std::size_t kBlock = 512;

}  // namespace

void fuzzOne(std::span<const std::byte> input) { fuzzContainer("pytorch_tar", input); }

/// The checksum of every block that may be a header is made right again.
std::size_t mutateStructure(std::span<std::byte> data, std::size_t size, std::uint32_t /*seed*/) {
  for (std::size_t at = 0; at + kBlock <= size; at += kBlock) {
    const auto block = data.subspan(at, kBlock);
    const auto first = static_cast<char>(block[0]);
    if (first != 's' && first != 't' && first != 'p') continue;
    std::memset(block.data() + 148, ' ', 8);
    std::size_t sum = 0;
    for (const std::byte byte : block) sum += static_cast<std::size_t>(byte);
    const std::string digits = test::octal(sum, 6);
    std::memcpy(block.data() + 148, digits.data(), digits.size());
    block[154] = std::byte{0};
  }
  return size;
}

}  // namespace ulpscope
