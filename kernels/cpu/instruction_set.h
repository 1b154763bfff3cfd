// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

namespace ulpscope::kernels {

/// The instruction set that the next kernel call uses: "AVX3" (AVX-512), "AVX2", "SSE2".
std::string_view instructionSet();

/// For tests: the sets that are compiled in and that this machine has, best first.
std::vector<std::int64_t> compiledInstructionSets();

/// For tests: uses `set` from now on, in every thread; 0 goes back to the best.
void forceInstructionSet(std::int64_t set);

}  // namespace ulpscope::kernels
