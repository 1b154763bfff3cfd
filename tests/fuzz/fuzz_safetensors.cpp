// SPDX-License-Identifier: Apache-2.0
//
// One safetensors file, from memory, opened strictly and leniently.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/checkpoint/checkpoint.h"
#include "tests/core/checkpoint/checkpoint_invariants.h"
#include "tests/fuzz/fuzz_target.h"

namespace ulpscope {

void fuzzOne(std::span<const std::byte> input) {
  const auto file = memorySource("fuzz", {input.begin(), input.end()});
  const CheckpointReader& reader = *checkpointReaders().front();
  (void)reader.recognizes(*file);
  for (const bool allowDamaged : {false, true}) {
    const auto checkpoint = reader.open(file, {.allowDamaged = allowDamaged});
    if (checkpoint)
      require(test::brokenInvariant(*checkpoint, allowDamaged));
    else
      require(checkpoint.error().message.empty() ? "an error without a message" : "");
  }
}

}  // namespace ulpscope
