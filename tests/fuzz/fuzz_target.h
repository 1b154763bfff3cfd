// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>

namespace ulpscope {

/// What each fuzz target defines: feeds one input to the code under test and requires what must hold of any. The input
/// may be anything; no files are touched, and the same input always does the same.
void fuzzOne(std::span<const std::byte> input);

/// Ends the process, so that libFuzzer and ctest both see it, unless `broken` is empty.
inline void require(std::string_view broken) {
  if (broken.empty()) return;
  std::fprintf(stderr, "broken invariant: %.*s\n", static_cast<int>(broken.size()), broken.data());
  std::abort();
}

}  // namespace ulpscope
