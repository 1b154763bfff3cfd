// SPDX-License-Identifier: Apache-2.0
//
// What a worker that a hostile file has taken over might answer, and what its chunks might hold: the input is the
// answer of ulpscope-hdf5, and its bytes are those of the file too.
#include <cstring>

#include "core/checkpoint/hdf5_answer.h"
#include "core/checkpoint/hdf5_checkpoint.h"
#include "core/checkpoint/hdf5_protocol.h"
#include "tests/fuzz/container_fuzz.h"

namespace ulpscope {

void fuzzOne(std::span<const std::byte> input) {
  const auto file = memorySource("fuzz", {input.begin(), input.end()});
  const auto listing = parseHdf5Answer(*file, file->name());
  if (!listing) return require(listing.error().message.empty() ? "an error without a message" : "");
  for (const bool allowDamaged : {false, true}) {
    const auto checkpoint = hdf5Checkpoint(*listing, file, {.allowDamaged = allowDamaged});
    if (checkpoint)
      require(test::brokenInvariant(*checkpoint, allowDamaged));
    else
      require(checkpoint.error().message.empty() ? "an error without a message" : "");
  }
}

/// Makes the lengths of the records fit up to the last whole one, and closes the answer; half the time one byte of a
/// record is then moved to a value at a border.
std::size_t mutateStructure(std::span<std::byte> data, std::size_t size, std::uint32_t seed) {
  constexpr std::size_t kHead = 9;  // kind and length of a record
  if (size < sizeof hdf5::kMagic + kHead || data.size() < size + kHead) return size;
  std::memcpy(data.data(), hdf5::kMagic, sizeof hdf5::kMagic);
  std::size_t at = sizeof hdf5::kMagic;
  while (size - at > kHead) {
    std::uint64_t length = 0;
    std::memcpy(&length, data.data() + at + 1, sizeof length);
    if (length > size - at - kHead) {
      length = size - at - kHead;
      std::memcpy(data.data() + at + 1, &length, sizeof length);
    }
    if (std::to_integer<unsigned>(data[at]) - 1 > 5) data[at] = std::byte{2};
    at += kHead + length;
  }
  if (seed % 2 == 0 && at > sizeof hdf5::kMagic + kHead) {
    constexpr unsigned kBorders[] = {0, 1, 2, 3, 4, 5, 7, 8, 16, 32, 64, 127, 128, 255};
    const std::size_t where = sizeof hdf5::kMagic + kHead + seed / 2 % (at - sizeof hdf5::kMagic - kHead);
    data[where] = static_cast<std::byte>(kBorders[seed / 7 % std::size(kBorders)]);
  }
  data[at] = static_cast<std::byte>(hdf5::RecordKind::End);
  std::memset(data.data() + at + 1, 0, sizeof(std::uint64_t));
  return at + kHead;
}

}  // namespace ulpscope
