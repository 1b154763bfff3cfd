// SPDX-License-Identifier: Apache-2.0
//
// The input is not the archive but what stands in it: the archive around it is always sound, since the ZIP layer has a
// target of its own. u8 flags, u16 length of the pickle, the pickle; the rest is storage "0".
#include <zlib.h>

#include <cstring>
#include <string>
#include <string_view>

#include "tests/core/checkpoint/torch_files.h"
#include "tests/fuzz/container_fuzz.h"
#include "tests/fuzz/pickle_mutation.h"

namespace ulpscope {
namespace {

constexpr std::size_t kHead = 3;

}  // namespace

void fuzzOne(std::span<const std::byte> input) {
  if (input.size() < kHead) return;
  std::uint16_t length = 0;
  std::memcpy(&length, input.data() + 1, sizeof length);
  const std::string_view text(reinterpret_cast<const char*>(input.data()) + kHead, input.size() - kHead);
  const auto flags = static_cast<unsigned>(input[0]);
  const std::string pickle(text.substr(0, length));
  const std::string storage(text.substr(std::min<std::size_t>(length, text.size())));
  const std::string archive =
      test::torchZip(pickle, {storage, storage}, (flags & 1) != 0 ? "big" : "", (flags & 2) != 0 ? 8 : 0);
  fuzzContainer("pytorch", std::as_bytes(std::span(archive)));
}

/// The pickle keeps its length right when it grows.
std::size_t mutateStructure(std::span<std::byte> data, std::size_t size, std::uint32_t seed) {
  if (size < kHead) return size;
  std::uint16_t length = 0;
  std::memcpy(&length, data.data() + 1, sizeof length);
  if (length > size - kHead) length = static_cast<std::uint16_t>(size - kHead);
  const std::string rest(reinterpret_cast<const char*>(data.data()) + kHead + length, size - kHead - length);
  const std::size_t room = std::min<std::size_t>(data.size() - rest.size(), kHead + 0xFFFF) - kHead;
  const std::size_t grown = mutatePickle(data.subspan(kHead, room), length, seed);
  length = static_cast<std::uint16_t>(grown);
  std::memcpy(data.data() + 1, &length, sizeof length);
  std::memcpy(data.data() + kHead + grown, rest.data(), rest.size());
  return kHead + grown + rest.size();
}

}  // namespace ulpscope
