// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/fuzz_target.h"

namespace ulpscope {

// Weak: a target that knows its format's structure defines its own.
__attribute__((weak)) std::size_t mutateStructure(std::span<std::byte>, std::size_t size, std::uint32_t) {
  return size;
}

}  // namespace ulpscope
