// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "core/backend/backend.h"
#include "kernels/cpu/cpu_backend.h"
#include "kernels/cpu/instruction_set.h"

namespace ulpscope::kernels {

/// Uses one instruction set for as long as it lives. An instruction set that was not compiled would silently run
/// another, so users check `name`.
class ForcedInstructionSet {
 public:
  explicit ForcedInstructionSet(std::int64_t set) {
    forceInstructionSet(set);
    name = instructionSet();
  }
  ~ForcedInstructionSet() { forceInstructionSet(0); }
  ForcedInstructionSet(const ForcedInstructionSet&) = delete;
  ForcedInstructionSet& operator=(const ForcedInstructionSet&) = delete;

  std::string name;
};

/// Calls check(backend) once for each compiled instruction set; failures name the set.
template <class Check>
void onEveryInstructionSet(const Check& check, int threads = 1) {
  const std::unique_ptr<Backend> backend = makeCpuBackend(threads);
  for (const std::int64_t set : compiledInstructionSets()) {
    const ForcedInstructionSet forced(set);
    SCOPED_TRACE(forced.name);
    check(*backend);
  }
}

}  // namespace ulpscope::kernels
