// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "core/checkpoint/checkpoint.h"
#include "tests/core/checkpoint/checkpoint_invariants.h"
#include "tests/fuzz/fuzz_target.h"

namespace ulpscope {

/// One file through the reader of `id`, from memory, opened strictly and leniently; what is accepted must hold
/// together. `folder` holds what the file may name.
inline void fuzzContainer(std::string_view id, std::span<const std::byte> input,
                          const std::shared_ptr<const Folder>& folder = memoryFolder()) {
  const auto file = memorySource("fuzz", {input.begin(), input.end()});
  for (const CheckpointReader* reader : checkpointReaders()) (void)reader->recognizes(*file);
  for (const bool allowDamaged : {false, true}) {
    const auto checkpoint =
        findCheckpointReader(id)->open(file, {.options = {.allowDamaged = allowDamaged}, .folder = folder});
    if (checkpoint)
      require(test::brokenInvariant(*checkpoint, allowDamaged));
    else
      require(checkpoint.error().message.empty() ? "an error without a message" : "");
  }
}

}  // namespace ulpscope
