// SPDX-License-Identifier: Apache-2.0
//
// Any bytes are blocks of any of ggml's types: the first two bytes choose the type, the order of bytes and where to
// begin; the rest are the blocks. Decoding reads exactly the blocks (the sanitizers watch) and gives the same whether
// all are read at once or one element alone.
#include <cstring>
#include <vector>

#include "core/checkpoint/ggml/ggml_types.h"
#include "tests/fuzz/fuzz_target.h"

namespace ulpscope {

void fuzzOne(std::span<const std::byte> input) {
  if (input.size() < 2) return;
  const auto types = ggmlTypes();
  const GgmlType& type = types[static_cast<std::size_t>(input[0]) % types.size()];
  if (type.isPlain()) return;
  const bool swapped = (input[1] & std::byte{1}) != std::byte{0};
  const std::size_t blocks = (input.size() - 2) / type.blockBytes;
  const auto stored = input.subspan(2, blocks * type.blockBytes);
  const auto source = decodedSource(type, memorySource("fuzz", {stored.begin(), stored.end()}), swapped);
  require(source->size() == blocks * type.blockElements * sizeof(float) ? "" : "another size");
  if (blocks == 0) return;
  std::vector<std::byte> all(source->size());
  require(source->read(0, all) ? "" : "blocks that cannot be read");
  const std::size_t at = static_cast<std::size_t>(input[1]) * 37 % (all.size() / sizeof(float)) * sizeof(float);
  std::byte one[sizeof(float)];
  require(source->read(at, one) ? "" : "an element that cannot be read");
  require(std::memcmp(one, all.data() + at, sizeof one) == 0 ? "" : "an element that differs when read alone");
  // An exact copy at an odd address, so that a byte too many or an aligned load is seen.
  std::vector<std::byte> odd(stored.size() + 1);
  std::memcpy(odd.data() + 1, stored.data(), stored.size());
  if (!swapped) {
    std::vector<std::byte> floats(all.size() + 1);
    type.decode(odd.data() + 1, blocks, floats.data() + 1);
    require(std::memcmp(floats.data() + 1, all.data(), all.size()) == 0 ? "" : "other values at another address");
  }
}

}  // namespace ulpscope
