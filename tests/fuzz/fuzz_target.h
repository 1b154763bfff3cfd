// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>

namespace ulpscope {

/// What each fuzz target defines: feeds one input to the code under test and requires what must hold of any. The input
/// may be anything; no files are touched, and the same input always does the same.
void fuzzOne(std::span<const std::byte> input);

/// What a target may define: changes the first `size` bytes of `data`, which has room for more, so that they get past
/// the format's first checks (lengths, offsets and checksums made to fit again), or breaks one field of it on purpose.
/// Returns the new size. The default changes nothing.
std::size_t mutateStructure(std::span<std::byte> data, std::size_t size, std::uint32_t seed);

/// Ends the process, so that libFuzzer and ctest both see it, unless `broken` is empty.
inline void require(std::string_view broken) {
  if (broken.empty()) return;
  std::fprintf(stderr, "broken invariant: %.*s\n", static_cast<int>(broken.size()), broken.data());
  std::abort();
}

}  // namespace ulpscope
