// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>
#include <utility>

#include "core/checkpoint/tensorflow/sorted_table.h"
#include "tests/fuzz/container_fuzz.h"

namespace ulpscope {
namespace {

constexpr std::size_t kFooter = 48;

struct Handle {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

std::optional<std::uint64_t> takeVarint(std::span<const std::byte>& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 63 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<std::uint64_t>(bytes.front());
    bytes = bytes.subspan(1);
    value |= (byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  return std::nullopt;
}

std::optional<Handle> takeHandle(std::span<const std::byte>& bytes) {
  const auto offset = takeVarint(bytes);
  const auto size = takeVarint(bytes);
  if (!offset || !size) return std::nullopt;
  return Handle{*offset, *size};
}

/// Writes the checksum of a block, if it lies in the file.
bool sign(std::span<std::byte> data, const Handle& handle) {
  if (handle.offset > data.size() || handle.size > data.size() || handle.offset + handle.size + 5 > data.size())
    return false;
  const auto block = data.subspan(handle.offset, handle.size + 1);
  const std::uint32_t checksum = std::rotr(crc32c(block), 15) + 0xA282EAD8U;
  std::memcpy(data.data() + handle.offset + block.size(), &checksum, sizeof checksum);
  return true;
}

}  // namespace

void fuzzOne(std::span<const std::byte> input) {
  static const auto folder = memoryFolder({{"fuzz.data-00000-of-00001", std::vector<std::byte>(64)},
                                           {"fuzz.data-00001-of-00002", std::vector<std::byte>(3)}});
  fuzzContainer("tensorflow", input, folder);
}

/// The magic number and the checksums are put right: of the index block, and of the blocks that its entries name.
std::size_t mutateStructure(std::span<std::byte> data, std::size_t size, std::uint32_t) {
  if (size < kFooter) return size;
  const auto file = data.first(size);
  const std::uint64_t magic = 0xDB4775248B80FB57;
  std::memcpy(file.data() + size - sizeof magic, &magic, sizeof magic);
  std::span<const std::byte> footer = file.subspan(size - kFooter, 40);
  (void)takeHandle(footer);
  const auto index = takeHandle(footer);
  if (!index || !sign(file, *index) || index->size < 8) return size;
  std::span<const std::byte> entries = file.subspan(index->offset, index->size - 8);
  while (!entries.empty()) {
    const auto shared = takeVarint(entries);
    const auto rest = takeVarint(entries);
    const auto length = takeVarint(entries);
    if (!shared || !rest || !length || *rest > entries.size() || *length > entries.size() - *rest) break;
    std::span<const std::byte> value = entries.subspan(*rest, *length);
    entries = entries.subspan(*rest + *length);
    if (const auto block = takeHandle(value)) sign(file, *block);
  }
  sign(file, *index);  // a block may have been signed within it
  return size;
}

}  // namespace ulpscope
