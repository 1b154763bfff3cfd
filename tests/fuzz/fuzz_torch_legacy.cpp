// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <string>

#include "tests/fuzz/container_fuzz.h"
#include "tests/fuzz/pickle_mutation.h"

namespace ulpscope {
namespace {

const std::string kMagic("\x80\x02\x8A\x0A\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8\x50\x19.\x80\x02M\xE9\x03.", 21);

}  // namespace

void fuzzOne(std::span<const std::byte> input) { fuzzContainer("pytorch_legacy", input); }

/// The magic number and the version are made right again; behind them anything may be put in.
std::size_t mutateStructure(std::span<std::byte> data, std::size_t size, std::uint32_t seed) {
  if (data.size() < kMagic.size()) return size;
  std::memcpy(data.data(), kMagic.data(), kMagic.size());
  if (size <= kMagic.size()) return kMagic.size();
  return kMagic.size() + mutatePickle(data.subspan(kMagic.size()), size - kMagic.size(), seed);
}

}  // namespace ulpscope
